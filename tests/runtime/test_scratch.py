"""Folders for work in progress: what a killed process left goes with the next, what is in use stays."""

import subprocess
import sys
from pathlib import Path

import pytest

from crossfoot.runtime.scratch import scratch

WORKER = """
import sys
from pathlib import Path
from crossfoot.runtime.scratch import scratch
with scratch(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("written")
    print(folder, flush=True)
    sys.stdin.read()
"""


def _worker(tmp: Path) -> "tuple[subprocess.Popen[str], Path]":
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(tmp)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout
    return worker, Path(worker.stdout.readline().strip())


def _end(worker: "subprocess.Popen[str]") -> None:
    worker.kill()
    worker.communicate()


def test_a_folder_is_gone_when_its_work_is_done_or_fails(tmp_path: Path) -> None:
    with scratch(tmp_path / "tmp") as folder:
        (folder / "a" / "b").mkdir(parents=True)
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "tmp").iterdir()) == []
    with pytest.raises(ValueError, match="broken"), scratch(tmp_path / "tmp"):
        raise ValueError("broken")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_and_what_is_in_use_stays(tmp_path: Path) -> None:
    dead, left = _worker(tmp_path)
    alive, used = _worker(tmp_path)
    _end(dead)
    try:
        (tmp_path / "read").mkdir()
        with scratch(tmp_path) as mine, scratch(mine) as inner:
            assert sorted(tmp_path.iterdir()) == sorted([used, mine, tmp_path / "read"])
            assert inner.parent == mine
        assert not left.exists()
        assert (used / "half").read_text() == "written"
    finally:
        _end(alive)
