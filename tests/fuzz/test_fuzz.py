"""The readers of bills under a fuzzer that sees their branches: ten seconds of it in every run, ten minutes in `make deep`.

A crash is to become a unit test in tests/faults and a mended reader; the file that made it is shown and not kept.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
SMOKE = {"header": 2, "csv": 3, "tar": 2, "parquet": 3}
DEEP = {"header": 60, "csv": 180, "huawei": 120, "tar": 120, "parquet": 120}


def fuzz(target: str, seconds: int, seed: int, folder: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": f"{TOP / 'src'}:{TOP}"}
    words = [sys.executable, "-m", "tests.fuzz.harness", target, str(seconds), str(seed)]
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, check=False, timeout=seconds + 240)
    said = done.stderr.decode(errors="replace")[-3000:]
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert (done.returncode, found) == (0, {}), said
    assert "Done " in said


@pytest.mark.parametrize("target", SMOKE)
def test_readers_stand_a_few_seconds_of_anything(target: str, tmp_path: Path) -> None:
    fuzz(target, SMOKE[target], 20261127, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("target", DEEP)
def test_readers_stand_minutes_of_anything(target: str, tmp_path: Path) -> None:
    fuzz(target, DEEP[target], random.SystemRandom().randrange(1, 2**31), tmp_path)
