"""Each import contract of pyproject.toml refuses the breach it was written for, in a copy of the code."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# contract, file to plant in, line to plant
BREACHES = [
    ("layers", "core/planted.py", "import crossfoot.reports"),
    ("layers", "audit/planted.py", "import crossfoot.access"),
    ("layers", "utils/__init__.py", ""),
    ("config", "cli/planted.py", "import crossfoot.config.settings"),
    ("read-door", "query/planted.py", "import crossfoot.lake.reader"),
    ("read-door", "cli/planted.py", "from crossfoot.lake import reader"),
    ("write-door", "publish/planted.py", "import crossfoot.lake.writer"),
    ("plain-data", "reports/planted.py", "from duckdb import connect"),
    ("plain-data", "render/csv.py", "import django"),
    ("pages-do-not-load", "web/planted.py", "import crossfoot.ingest.accept"),
    ("pages-do-not-load", "query/planted.py", "from crossfoot.publish import publish"),
    ("second-opinion", "reconcile/planted.py", "import crossfoot.lake"),
    ("formats", "render/csv.py", "import crossfoot.render.html"),
    ("apparatus", "ingest/planted.py", "import crossfoot.simulator"),
]


def lint(copy: Path, contract: str) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--contract", contract, "--no-cache", "--no-logo"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{done.stdout}{done.stderr}"


@pytest.mark.parametrize(("contract", "file", "line"), BREACHES)
def test_a_planted_breach_is_refused(tmp_path: Path, contract: str, file: str, line: str) -> None:
    copy = tmp_path / "src" / "crossfoot"
    shutil.copytree(TOP / "src/crossfoot", copy, ignore=shutil.ignore_patterns("dist", "__pycache__", "locale"))
    shutil.copy(TOP / "pyproject.toml", tmp_path)
    place = copy / file
    place.parent.mkdir(exist_ok=True)
    with place.open("a") as text:
        text.write(f"\n{line}\n")
    said = lint(tmp_path, contract)
    assert "Contracts: 0 kept, 1 broken." in said, said
    assert place.stem in said or "utils" in said, said


def test_every_contract_has_a_breach_that_it_refuses() -> None:
    assert {contract["id"] for contract in CONTRACTS} == {contract for contract, _, _ in BREACHES}
