"""Everything that is installed is pinned and hashed, and no lock names where it was fetched from."""

import json
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
LOCKS = sorted((TOP / "requirements").glob("*.txt"))
PINNED = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[a-z0-9,_-]+\])?==[^ ;]+( ; [^\\]+)? \\$")
NODE_HASH = re.compile(r"^sha512-[A-Za-z0-9+/]{86}==$")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_python_package_has_one_version_and_its_hashes(lock: Path) -> None:
    blocks = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert len(blocks) > 20
    for block in blocks:
        first, *rest = block.split("\n")
        assert PINNED.match(first), first
        hashes = [line.strip().removesuffix(" \\") for line in rest if "--hash" in line]
        assert hashes, first
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes), first


def test_every_front_end_package_has_one_version_and_its_hash() -> None:
    packages = json.loads((TOP / "frontend/package-lock.json").read_text())["packages"]
    installed = {name: facts for name, facts in packages.items() if name}
    assert len(installed) > 5
    assert [name for name, facts in installed.items() if not NODE_HASH.match(facts.get("integrity", ""))] == []
    assert [name for name, facts in installed.items() if "resolved" in facts] == []
    wanted = json.loads((TOP / "frontend/package.json").read_text())
    ranges = {**wanted.get("dependencies", {}), **wanted.get("devDependencies", {})}
    assert [version for version in ranges.values() if not re.fullmatch(r"[0-9][0-9.]*", version)] == []


def test_no_lock_names_a_host() -> None:
    texts = [path.read_text() for path in (*LOCKS, TOP / "frontend/package-lock.json")]
    assert [
        match for text in texts for match in re.findall(r"https?://[^\s\"]*\.(?:tgz|whl|gz)|--index.url.*", text)
    ] == []
