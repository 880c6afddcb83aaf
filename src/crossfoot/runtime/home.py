"""Where an installation keeps everything: one folder, private to one person of the machine.

In: `CROSSFOOT_HOME` and `CROSSFOOT_LAKE`. Out: the folders, made with mode 0700, and the generated secrets.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crossfoot.core.errors import CrossfootError
from crossfoot.runtime.files import fsync_folder

PRIVATE = 0o700
RESTORING = "restoring"  # a file that stands in a home while it is restored, and in one where that was cut short
ENTERING = "CROSSFOOT_RESTORING"
FOLDERS = ("landed", "accepted", "exports", "keys", "logs", "tmp")
SYSTEM_FOLDER = Path("/var/lib/crossfoot")  # for root: PostgreSQL runs as another user, who cannot look into /root


@dataclass(frozen=True)
class Home:
    """The folder of one installation; `lake` is the folder of the published files."""

    root: Path
    lake: str

    @property
    def landed(self) -> Path:
        """Files as they arrived."""
        return self.root / "landed"

    @property
    def accepted(self) -> Path:
        """Charges of the accepted files, before pricing."""
        return self.root / "accepted"

    @property
    def exports(self) -> Path:
        """Files made for people."""
        return self.root / "exports"

    @property
    def keys(self) -> Path:
        """Generated secrets, one file each."""
        return self.root / "keys"

    @property
    def logs(self) -> Path:
        """What the processes write down and print."""
        return self.root / "logs"

    @property
    def tmp(self) -> Path:
        """Scratch space on the same disk."""
        return self.root / "tmp"

    @property
    def id(self) -> str:
        """The random name of this home: it stays when the folder moves."""
        return (self.root / "home.id").read_text()

    def secret(self, name: str) -> str:
        """The secret of that name, generated when it is first asked for."""
        return _once(self.keys / name, secrets.token_urlsafe(48))


def open_home(environ: Mapping[str, str] = os.environ) -> Home:
    """The home that the environment names, with its folders made."""
    root = _root(environ)
    home = Home(root, environ.get("CROSSFOOT_LAKE") or str(root / "lake"))
    if (root / RESTORING).exists() and ENTERING not in environ:
        msg = f"A restore into {root} was cut short, or is at work: run `crossfoot restore FILE` again when none is."
        raise CrossfootError(msg)
    if "://" in home.lake:  # not shown: an address may hold a key
        raise CrossfootError(
            "CROSSFOOT_LAKE must name a folder of this machine: published files cannot lie elsewhere yet."
        )
    try:
        root.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        for name in FOLDERS:
            (root / name).mkdir(mode=PRIVATE, exist_ok=True)
        _place_lake(home)
        home.keys.chmod(PRIVATE)
        _once(root / "home.id", secrets.token_hex(16))
    except OSError as problem:
        msg = f"{root} cannot be used ({problem.strerror}: {problem.filename}): name another folder in CROSSFOOT_HOME."
        raise CrossfootError(msg) from problem
    return home


def _place_lake(home: Home) -> None:
    """A new home makes its lake. Later a lake that is not there was lost or not mounted: an empty one would hide that."""
    if not (home.root / "home.id").exists():
        Path(home.lake).mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    elif not Path(home.lake).is_dir():
        msg = (
            f"The folder of the published files {home.lake} is gone: mount or restore it, or name it in CROSSFOOT_LAKE."
        )
        raise CrossfootError(msg)


def keep_secret(home: Home, name: str, text: str) -> None:
    """Put a secret that comes from a backup into a home that has none of that name."""
    _once(home.keys / name, text)


def home_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the home is or would be; nothing is made."""
    return _root(environ)


def _root(environ: Mapping[str, str]) -> Path:
    """CROSSFOOT_HOME, else the user's data folder, else (root) the system's."""
    if named := environ.get("CROSSFOOT_HOME"):
        return Path(named).expanduser().resolve()
    if os.geteuid() == 0:
        return SYSTEM_FOLDER / "home"
    data = environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "crossfoot"


def _once(path: Path, text: str) -> str:
    """Write the text unless the file is there, and read what is there.

    The file is linked into place whole, so that of two processes both read the same text and neither an empty file.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its text is the one
        finally:
            draft.unlink()
        fsync_folder(path.parent)
    return path.read_text()
