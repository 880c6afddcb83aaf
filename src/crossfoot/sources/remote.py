"""Folders of bills that lie in an object store: `s3://bucket/folder` and `obs://bucket/folder`, and how each is reached.

In: an address, the environment, and `remote.toml` of the home. Out: a store with its endpoint and key. An address never
holds a key, and no message ever shows one.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from crossfoot.core.errors import BadRequest, CrossfootError

SCHEMES = ("s3", "obs")
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
REGION_IN_ENDPOINT = re.compile(r"^obs\.([a-z0-9-]+)\.")
SETTINGS = ("endpoint", "region", "key", "secret", "token")
FILE = "remote.toml"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Place:
    """A folder, or one object, of a bucket."""

    scheme: str
    bucket: str
    key: str

    def __str__(self) -> str:
        """The address."""
        return f"{self.scheme}://{self.bucket}/{self.key}"

    def holds(self, key: str) -> bool:
        """True for the object itself and for everything below the folder."""
        return key == self.key or key.startswith(f"{self.key.rstrip('/')}/" if self.key else "")

    def at(self, key: str) -> Self:
        """Another place of the same bucket."""
        return type(self)(self.scheme, self.bucket, key)


@dataclass(frozen=True, kw_only=True)
class Store:
    """How a scheme is reached."""

    scheme: str
    endpoint: str = ""
    region: str = ""
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def called(self) -> str:
        """The endpoint, for a sentence."""
        return self.endpoint or "The store of Amazon"


def is_remote(address: str) -> bool:
    """True where an address is no path of this machine."""
    return "://" in address


def read_place(address: str) -> Place:
    """The place that an address names.

    Raises:
        BadRequest: it is of another kind, holds a key, or names no bucket.
    """
    scheme, _, rest = address.partition("://")
    if scheme not in SCHEMES:
        raise BadRequest(
            f"An address that begins with {scheme[:20]!r} cannot be read: give s3:// or obs://, or a folder."
        )
    bucket, _, key = rest.partition("/")
    if "@" in bucket or ":" in bucket:
        raise BadRequest(f"An address holds no key: give {scheme}://BUCKET/FOLDER, and set {_variable(scheme, 'key')}.")
    if not BUCKET.fullmatch(bucket):
        raise BadRequest(f"{bucket[:80]!r} is no name of a bucket: give {scheme}://BUCKET/FOLDER.")
    return Place(scheme, bucket, key)


def read_store(scheme: str, home: Path, environ: Mapping[str, str]) -> Store:
    """The settings of a scheme: the environment's, else those of `remote.toml` in the home.

    Raises:
        CrossfootError: a setting is missing, cannot be read, or could be read by others.
    """
    said = _in_file(home / FILE).get(scheme, {})
    found = {name: environ.get(_variable(scheme, name)) or said.get(name, "") for name in SETTINGS}
    missing = [name for name in ("key", "secret") if not found[name]]
    if scheme == "obs" and not found["endpoint"]:
        missing.append("endpoint")
    if missing:
        variables = " and ".join(_variable(scheme, name) for name in missing)
        raise CrossfootError(f"{scheme}:// cannot be read yet: set {variables}, or write them into {home / FILE}.")
    _check_endpoint(found["endpoint"], scheme)
    if not found["region"]:
        host = urlsplit(found["endpoint"]).hostname or ""
        found["region"] = there[1] if (there := REGION_IN_ENDPOINT.match(host)) else "us-east-1"
    return Store(scheme=scheme, **found)


def _variable(scheme: str, name: str) -> str:
    return f"CROSSFOOT_{scheme.upper()}_{name.upper()}"


def _in_file(path: Path) -> dict[str, dict[str, str]]:
    """What the file says; it holds secrets, so it is read only where nobody else can read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise CrossfootError(f"{path} holds keys and can be read by others: run chmod 600 on it.")
        said = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise CrossfootError(f"{path} cannot be read: write it as docs/sources.md shows.") from None
    for scheme, settings in said.items():
        is_known = scheme in SCHEMES and isinstance(settings, dict)
        if not is_known or not all(k in SETTINGS and isinstance(v, str) for k, v in settings.items()):
            raise CrossfootError(
                f"{path} says more than it may under {scheme[:40]!r}: write it as docs/sources.md shows."
            )
    return said


def _check_endpoint(endpoint: str, scheme: str) -> None:
    if not endpoint:
        return
    try:
        split = urlsplit(endpoint)
        host, is_plain = split.hostname or "", not (split.username or split.query or split.path.strip("/"))
        port_is_number = split.port != 0
    except ValueError:
        host, is_plain, port_is_number, split = "", False, False, urlsplit("")
    is_safe = split.scheme == "https" or (split.scheme == "http" and host in LOOPBACK)
    if not (host and is_plain and is_safe and port_is_number):
        raise CrossfootError(
            f"{_variable(scheme, 'endpoint')} must be an address such as https://obs.ap-southeast-3.myhuaweicloud.com."
        )
