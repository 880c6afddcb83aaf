"""The places of a home's PostgreSQL server, and how they come to be.

In: a home. Out: a data folder made by initdb, and the command line of the server. As root all of it stands below the
system folder, because the server runs as another user; else below the home itself.
"""

import os
import shutil
import signal
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from crossfoot.core.errors import CrossfootError
from crossfoot.runtime.binaries import ServerUser, major_version, programs, server_user
from crossfoot.runtime.files import fsync_folder
from crossfoot.runtime.home import PRIVATE, SYSTEM_FOLDER, Home
from crossfoot.runtime.keeper import dies_with_parent

SUPERUSER = "postgres"
LONGEST_SOCKET_FOLDER = 90  # the kernel's limit is 107 bytes, of which the socket's name takes 17
LARGEST_LOG = 10 << 20
HBA = "local all all scram-sha-256\n"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement that fails carries what people typed: it is the caller's to tell, not the server's to keep.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
CLEAN_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


@dataclass(frozen=True)
class Cluster:
    """The places of one server."""

    folder: Path
    sock: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.folder / "log"

    @property
    def hba(self) -> Path:
        """Who may connect, and how."""
        return self.folder / "pg_hba.conf"

    @property
    def lock(self) -> Path:
        """Held while a server lives."""
        return self.folder / "lock"

    @property
    def users(self) -> Path:
        """Shared by those who use the server."""
        return self.folder / "users"

    def url(self, user: str, password: str, database: str) -> str:
        """The address for a login of this server."""
        host = quote(str(self.sock), safe="")
        return f"postgresql://{quote(user)}:{quote(password, safe='')}@/{quote(database)}?host={host}"


def cluster_of(home: Home) -> Cluster:
    """Where the home's server lives: below the home, or for root below the system folder."""
    below = home.root / "postgres"
    if os.geteuid() != 0:
        short = len(os.fsencode(below / "sock")) < LONGEST_SOCKET_FOLDER
        # Not the user's TMPDIR: every process of the home has to find it.
        return Cluster(below, below / "sock" if short else Path("/tmp", f"crossfoot-{home.id[:12]}"))  # noqa: S108
    if (below / "data").exists():
        owner = below.stat().st_uid
        msg = f"The database in {below} belongs to user number {owner}: run the command as that user."
        raise CrossfootError(msg)
    folder = SYSTEM_FOLDER / "clusters" / home.id[:12]
    return Cluster(folder, folder / "sock")


def placed(home: Home) -> Cluster:
    """The cluster with its folders made, and known to belong to this home."""
    cluster = cluster_of(home)
    user = server_user()
    if user is None:
        cluster.folder.mkdir(mode=PRIVATE, exist_ok=True)
    else:
        cluster.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        for folder in (SYSTEM_FOLDER, cluster.folder.parent, cluster.folder):
            folder.chmod(0o711)  # the server's user passes through, whatever root's umask is
        _refuse_copy(home, cluster)
    _own_folder(cluster.sock, user)
    return cluster


def _refuse_copy(home: Home, cluster: Cluster) -> None:
    """Two folders with one id would share one database: a copied home is refused, a moved one is taken over."""
    note = cluster.folder / "home"
    other = Path(note.read_text()) if note.exists() else home.root
    if note.exists() and other == home.root:
        return
    if other != home.root and (other / "home.id").exists() and (other / "home.id").read_text() == home.id:
        msg = f"{home.root} is a copy of {other} and would share its database: remove {home.root}/home.id to start new."
        raise CrossfootError(msg)
    note.write_text(str(home.root))


def _own_folder(folder: Path, user: ServerUser | None) -> None:
    """A folder that belongs to the server's user and nobody else."""
    folder.mkdir(mode=PRIVATE, exist_ok=True)
    if user is not None:
        os.chown(folder, user.uid, user.gid, follow_symlinks=False)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != (os.geteuid() if user is None else user.uid):
        msg = f"{folder} is not a folder of the database's own user: remove it and try again."
        raise CrossfootError(msg)
    folder.chmod(PRIVATE)


def prepare(home: Home, cluster: Cluster) -> None:
    """Make the data folder if it is missing; refuse the one of another major version. The caller holds the lock."""
    version = cluster.data / "PG_VERSION"
    if not version.exists():
        _initialise(home, cluster)
    elif (found := version.read_text().strip()) != major_version():
        msg = (
            f"The database in {cluster.data} was made by PostgreSQL {found} and this installation brings "
            f"{major_version()}: make a backup with the earlier installation and restore it with this one."
        )
        raise CrossfootError(msg)
    cluster.hba.write_text(HBA)
    cluster.hba.chmod(0o644)
    if cluster.log.exists() and cluster.log.stat().st_size > LARGEST_LOG:
        cluster.log.rename(cluster.log.with_name("log.1"))


def _initialise(home: Home, cluster: Cluster) -> None:
    """Run initdb beside the data folder's place and rename the result, so that half a data folder is never met."""
    user = server_user()
    draft, password = cluster.folder / "data.new", cluster.folder / "password"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.rmtree(cluster.data, ignore_errors=True)  # what is left of a removal that was cut short
    _own_folder(draft, user)
    password.unlink(missing_ok=True)
    with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(home.secret(SUPERUSER))
    try:
        if user is not None:
            os.chown(password, user.uid, user.gid)
        _initdb(draft, password, user)
    finally:
        password.unlink()
    draft.rename(cluster.data)
    fsync_folder(cluster.folder)


def _initdb(data: Path, password: Path, user: ServerUser | None) -> None:
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    login = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={password}"]
    done = subprocess.run(
        [programs() / "initdb", f"--pgdata={data}", *locale, *login],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env=CLEAN_ENVIRONMENT,
        umask=0o077,
        user=None if user is None else user.uid,
        group=None if user is None else user.gid,
        extra_groups=None if user is None else [],
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.split()).rstrip(".")
        msg = f"PostgreSQL could not make its data folder {data} ({said}): free some space there, or name another home."
        raise CrossfootError(msg)


def server_command(cluster: Cluster) -> list[str]:
    """The server in the foreground. Settings stand here and not in a file, so that an upgrade changes them."""
    settings = {**SETTINGS, "unix_socket_directories": str(cluster.sock), "hba_file": str(cluster.hba)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [str(programs() / "postgres"), "-D", str(cluster.data), *options]
