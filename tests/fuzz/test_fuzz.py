"""The readers of bills under bytes that a coverage-guided fuzzer makes up: seconds here, minutes in the long suite."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.portal import line, write_bill
from tests.sources.focus import write_export

SECONDS = {"header": 60, "export": 200, "bill": 200, "upload": 140}  # ten minutes in all
TOP = Path(__file__).parents[2]


def _seeds(folder: Path) -> None:
    """One good file of each kind: what a fuzzer would not find by itself."""
    folder.mkdir()
    rows = [{"Tags": '{"env": "prod"}', "ListCost": "1E-7"}, {"ListCost": "0.123456789", "SubAccountId": "acct-b1"}]
    (folder / "export").write_bytes(write_export(folder / "x.csv", rows).read_bytes())
    lines = [line("acct-a1", "2026-10-03", "10.00", resource_tag="env:prod;"), line("acct-b1", "2026-10-04", "0.5")]
    for lang in ("en", "zh"):
        with tarfile.open(write_bill(folder / f"{lang}.tar.gz", lines, lang=lang)) as tar:
            member = tar.extractfile(tar.getmembers()[0])
            assert member is not None
            (folder / lang).write_bytes(member.read())
        (folder / f"{lang}.tar.gz").unlink()
    (folder / "upload").write_bytes(b"A;D;P\nacct-a1;3.10.2026;1.234,56\nacct-b1;31.10.2026;0,44\n")


def _fuzz(what: str, seconds: int, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    _seeds(seeds)
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-rss_limit_mb=4096", f"-artifact_prefix={tmp_path}/"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.harness", what, *options, "-verbosity=0", str(seeds)],
        cwd=TOP,
        capture_output=True,
        check=False,
        timeout=seconds + 240,
    )
    found = {path.name: path.read_bytes() for path in tmp_path.glob("crash-*")}
    assert (done.returncode, found) == (0, {}), done.stderr.decode(errors="replace")[-3000:]


@pytest.mark.parametrize("what", SECONDS)
def test_a_few_seconds_of_made_up_bytes_break_nothing(what: str, tmp_path: Path) -> None:
    _fuzz(what, 3, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("what", SECONDS)
def test_ten_minutes_of_made_up_bytes_break_nothing(what: str, tmp_path: Path) -> None:
    _fuzz(what, SECONDS[what], tmp_path)
