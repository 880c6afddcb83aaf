"""One stocked home for the tests that run `crossfoot up`, and the portal that serves it, started again where a test ended it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from crossfoot.runtime import postgres
from crossfoot.runtime.home import open_home
from tests.faults.running import Up, up
from tests.faults.stock import stock
from tests.runtime.conftest import eventually

LINES = 12_000  # a file of 6 MB


@pytest.fixture(scope="session")
def stocked() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="crossfoot-test-"))
    folder.chmod(0o755)
    home = folder / "home"
    stock(home, LINES)
    yield home
    forget(home)
    shutil.rmtree(folder)


def forget(path: Path) -> None:
    """Remove a home's database, once nobody uses it."""
    home = open_home({"CROSSFOOT_HOME": str(path)})
    eventually(lambda: not postgres.is_alive(home))
    postgres.erase(home)


class Kept:
    """The portal that ran last."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self.home, self.stack = home, stack
        self.last: Up | None = None

    def running(self) -> Up:
        from tests.portal import PASSWORD

        if self.last is None or self.last.process.poll() is not None:
            self.last = self.stack.enter_context(up(self.home))
            for name in ("alice", "dana"):
                self.last.sign_in(name, PASSWORD)
        return self.last


@pytest.fixture(scope="session")
def kept(stocked: Path) -> Iterator[Kept]:
    with ExitStack() as stack:
        yield Kept(stocked, stack)


@pytest.fixture
def running(kept: Kept) -> Up:
    return kept.running()
