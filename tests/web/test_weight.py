"""B13: the first load of a report page, everything together, is at most 350 KB over the wire."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client

from tests.web.house import text

MOST = 350 * 1024
PAGE = "/c/C0001/usage-to-cost?period=2026-10"


def test_a_first_load_is_light(clients: dict[str, Client]) -> None:
    page = text(clients["alice"], PAGE)
    named = re.findall(r'(?:href|src)="/static/([^"?]+)"', page)
    assert {Path(name).suffix for name in named} == {".css", ".js", ".svg"}
    sent = len(page.encode()) + sum(weight(name) for name in named)
    sent += sum(path.stat().st_size for path in found("dist/app.js").parent.glob("chunks/*.js.br"))  # the chart's code
    assert 100 * 1024 < sent <= MOST  # less would mean that something was not counted


def weight(name: str) -> int:
    """What is sent of a file: it lies compressed beside itself, made when the front end was built."""
    path = found(name)
    packed = path.with_name(f"{path.name}.br")
    return (packed if packed.exists() else path).stat().st_size


def found(name: str) -> Path:
    """A static file, whatever hash its address bears."""
    plain = re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", name)
    path = finders.find(plain)
    assert isinstance(path, str), plain
    return Path(path)
