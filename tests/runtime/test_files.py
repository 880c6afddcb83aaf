"""write_whole, sha256_file."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossfoot.runtime.files import sha256_file, write_whole


def test_the_file_is_there_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    assert write_whole(path, [b"id,amount\n", b"1,2.50\n"]) == hashlib.sha256(b"id,amount\n1,2.50\n").hexdigest()
    assert path.read_bytes() == b"id,amount\n1,2.50\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert sha256_file(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_failure_leaves_the_earlier_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    write_whole(path, [b"earlier"])

    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise ValueError("the source broke")

    with pytest.raises(ValueError, match="the source broke"):
        write_whole(path, chunks())
    assert path.read_bytes() == b"earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["bill.csv"]
