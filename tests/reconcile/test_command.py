"""`crossfoot reconcile` as a person runs it: 0 when everything agrees, 4 when a byte has changed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


class Shell:
    """The command line on a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {
            "CROSSFOOT_HOME": str(folder / "home")
        }

    def __call__(self, *words: str, feed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "crossfoot.cli.main", *words]
        return subprocess.run(
            command, cwd=self.folder, env=self.env, input=feed, capture_output=True, text=True, check=False, timeout=120
        )


@pytest.fixture(scope="module")
def shell(tmp_path_factory) -> Shell:
    folder = tmp_path_factory.mktemp("reconcile")
    folder.chmod(0o755)
    run = Shell(folder)
    steps = (
        ("simulate", "sim", "--customers", "3", "--months", "2026-09..2026-10", "--rows", "400", "--seed", "5"),
        ("customers", "import", "sim/customers.csv"),
        ("prices", "import", "sim/prices.csv"),
        ("users", "add", "dana@example.com", "--role", "reseller-finance", "--password-stdin"),
        ("prices", "approve", "all", "--as", "dana@example.com"),
        ("ingest", "sim"),
        ("publish",),
    )
    for words in steps:
        done = run(*words, feed="correct horse battery staple\n")
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    return run


def test_all_agrees(shell):
    done = shell("reconcile", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["is_clean"]
    assert len(said["residuals"]) == 3 * 2 * 3
    assert {one["residual"] for one in said["residuals"]} == {"0.00000000"}
    assert {one["currency"] for one in said["residuals"]} == {"USD"}


def test_a_flipped_bit_ends_with_4_and_a_sentence(shell):
    path = next((shell.folder / "home" / "lake" / "charges").rglob("*.parquet"))
    good = path.read_bytes()
    path.write_bytes(bytes([good[0] ^ 1]) + good[1:])
    try:
        done = shell("reconcile")
    finally:
        path.write_bytes(good)
    assert done.returncode == 4
    assert f"{path.relative_to(shell.folder / 'home' / 'lake')} of C000" in done.stdout
    assert "was altered. Restore it from the backup." in done.stdout
    assert done.stderr.strip() == "The published figures do not agree with the landed files."
    assert shell("reconcile").returncode == 0
