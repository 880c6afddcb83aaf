"""Typesets one document: JSON on standard input, a PDF on standard output. Run as a child process by pdf.py.

The chart is drawn by ECharts in a JavaScript engine that reaches nothing, the pages by typst. Texts come in as data and
never as source. Nothing is written to disk and nothing is fetched.
"""

import json
import sys
from pathlib import Path
from typing import Any

import quickjs
import typst

TEMPLATE = Path(__file__).parent / "templates" / "paper.typ"
STANDARDS: list[Any] = ["ua-1", "a-2a"]
JS_MEMORY = 256 << 20
JS_SECONDS = 20
# A string of this engine may be a rope, which reads wrongly from outside; written and read again it is not.
DRAW = "JSON.parse(JSON.stringify(drawOnPaper(option, width, font)))"
UPRIGHT_PIXELS, LYING_PIXELS = 680, 1000


def draw(option: dict[str, Any], script: Path, fonts: list[str], pixels: int) -> str:
    """The chart as the text of an SVG."""
    context = quickjs.Context()
    context.set_memory_limit(JS_MEMORY)
    context.set_time_limit(JS_SECONDS)
    context.eval(script.read_text())
    context.set("option", json.dumps(option))
    context.set("font", ", ".join(fonts))
    context.set("width", pixels)
    return str(context.eval(DRAW))


def typeset(order: dict[str, Any]) -> bytes:
    """The PDF of an order: `document`, `fonts` (folders), `script` (that draws), `at` (seconds of the epoch)."""
    document = order["document"]
    chart = document["chart"]
    if chart:
        pixels = LYING_PIXELS if document["is_lying"] else UPRIGHT_PIXELS
        chart["svg"] = draw(chart.pop("option"), Path(order["script"]), document["fonts"], pixels)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=order["fonts"])
    made = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=fonts,
        format="pdf",
        sys_inputs={"document": json.dumps(document, ensure_ascii=False)},
        pdf_standards=STANDARDS,
        timestamp=order["at"],
    )
    assert isinstance(made, bytes)  # noqa: S101 - a PDF without an output path is bytes
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(json.load(sys.stdin)))
