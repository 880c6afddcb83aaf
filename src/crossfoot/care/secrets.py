"""The keys of a home, encrypted under a passphrase: scrypt makes the key, AES-256-GCM seals and tells a change.

The logins of the database are not among them: they belong to a server, and a restored home makes its own.
"""

import json
import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from crossfoot.core.errors import BadRequest, NotPermitted
from crossfoot.runtime.cluster import SUPERUSER
from crossfoot.runtime.home import Home, keep_secret
from crossfoot.runtime.roles import APP, OWNER

MEMBER = "keys.sealed"
SHORTEST = 12
COST, BLOCK_SIZE, LANES = 1 << 16, 8, 1  # 64 MiB and about a fifth of a second for each guess
CONTEXT = b"crossfoot keys 1"


def seal_keys(home: Home, passphrase: str) -> bytes:
    """Every key, sealed."""
    if len(passphrase) < SHORTEST:
        raise BadRequest(f"The passphrase is short: it needs at least {SHORTEST} characters. Nothing was backed up.")
    keys = {path.name: path.read_text() for path in sorted(home.keys.iterdir()) if _is_ours(path.name)}
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, json.dumps(keys).encode(), CONTEXT)
    body = {"kdf": "scrypt", "n": COST, "r": BLOCK_SIZE, "p": LANES, "cipher": "AES-256-GCM"}
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return json.dumps(body | {name: b64encode(part).decode() for name, part in parts.items()}).encode()


def open_keys(member: bytes, passphrase: str) -> dict[str, str]:
    """The keys by their names.

    Raises:
        NotPermitted: the passphrase is another.
    """
    body = json.loads(member)
    salt, nonce, sealed = (b64decode(body[name]) for name in ("salt", "nonce", "sealed"))
    try:
        keys: dict[str, str] = json.loads(AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, CONTEXT))
    except InvalidTag:
        raise NotPermitted(
            "The passphrase does not open the keys of this backup: nothing was restored. Type it again, or leave the "
            "keys out with --without-keys."
        ) from None
    return keys


def put_keys(home: Home, keys: dict[str, str]) -> None:
    """Write the keys into a home that has none of them yet."""
    for name, text in keys.items():
        if _is_ours(name) and "/" not in name:
            keep_secret(home, name, text)


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK_SIZE, p=LANES).derive(passphrase.encode())


def _is_ours(name: str) -> bool:
    return not name.startswith(".") and name not in {SUPERUSER, OWNER, APP}
