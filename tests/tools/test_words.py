"""No file of the repository names a package registry, a path of one machine, or a download."""

import re
import subprocess
import tempfile
from pathlib import Path

TOP = Path(__file__).parents[2]
HERE = (
    rf"(?<![\w./-]){re.escape(str(TOP.parent))}/"
    if len(TOP.parts) > 2 and TOP.parent != Path(tempfile.gettempdir())
    else "(?!)"
)
WRONG = {
    "a registry's address": r"--(?:extra-)?index-url|\"resolved\": *\"http|https?://[^ \"]+\.(?:tgz|whl)\b",
    "a registry's host": r"(?:pypi|npmjs|deb\.debian)\.org|python[h]osted|registry\.npm",
    "a path of this machine": HERE,
}


def files() -> list[Path]:
    """What is tracked, and what will be: a new file is read before it is committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TOP,
        capture_output=True,
        check=True,
    )
    return [TOP / name for name in listed.stdout.decode().split("\0") if name and (TOP / name).is_file()]


def wrong_words(text: str) -> list[str]:
    return [f"{what}: {found[0]!r}" for what, pattern in WRONG.items() if (found := re.search(pattern, text))]


def test_the_repository_is_clean() -> None:
    found = {}
    for path in files():
        words = wrong_words(path.read_bytes().decode(errors="replace"))
        if words:
            found[str(path.relative_to(TOP))] = words
    assert found == {}


def test_a_wrong_word_is_found() -> None:
    address = "https" + "://files.example/a-1.0.tgz"
    assert wrong_words(f'{{"a": "{address}"}}') == [f"a registry's address: {address!r}"]
    assert wrong_words("pip install --" + "index-url=x a") != []
    assert wrong_words('"resolved"' + ': "http://x"') != []
    assert wrong_words("from pypi" + ".org") != []
    assert wrong_words(f"open('{TOP}/a')") != []
    assert wrong_words("uv pip compile --no-emit-index-url; see src/crossfoot/web") == []
