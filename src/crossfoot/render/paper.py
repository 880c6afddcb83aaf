"""Table to what stands on paper, in words and in the order of the paper's anatomy: plain data, which a child typesets.

The same provenance, figures, cells and definitions as the page; here nothing is asked, summed or rounded anew but the
sums carried from page to page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any

from crossfoot.core.money import WIDE, plain
from crossfoot.core.words import mark as _
from crossfoot.render.cells import Line, Say, View, Words, body_lines, cell_of, shown_columns, sum_line
from crossfoot.render.figures import headline
from crossfoot.render.glyphs import FAMILIES, printable
from crossfoot.render.names import list_renamed, service_names
from crossfoot.render.screen import currencies, figure, instant_words, period_words, provenance, told
from crossfoot.render.sheets import Widths, choose, pieces, widths
from crossfoot.reports.question import NONE_WORD, Question
from crossfoot.reports.spec import Dimension, Kind
from crossfoot.reports.table import Record, Table, TableColumn

_TOTAL, _SUBTOTAL, _ROUNDING = _("Total"), _("Subtotal"), _("Rounding")
_UNKNOWN, _EMPTY = _("unknown"), _("empty")
_CARRIED, _BROUGHT, _PAGE = _("Carried forward"), _("Brought forward"), _("Page {page} of {pages}")
_FILTERS, _GROUPED, _AND, _WITHIN = _("Only {filters}"), _("Grouped by {by}"), _(" and "), _("{dimension}: {values}")
_EVERYTHING = _("no filter")
_AS_OF = _("You see what was known at {at}.")
_ISSUE, _ISSUES, _NO_ISSUE = _("Known issue:"), _("Known issues"), _("None was known when this was published.")
_READING, _DEFINITIONS, _CHECK = _("How to read this"), _("Definitions of these columns"), _("To check this document")
_NOT_PRINTED = _("Columns that are not printed")
_NOT_PRINTED_HOW = _("A page has no room for these. The CSV and XLSX of the same report have every one: {columns}.")
_NAMES, _IN_FILES = _("Names in this document"), _("{service} in files, code {code}")
_RESULT, _VERIFY = _("Result"), _("Verify at {address}")
_ROWS = _("Rows: {count}, all of them printed here")
_NOTHING = _("Nothing matches: there is no row.")
_ALT = _("{title}. The table has the same figures.")


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What the paper adds to a Table: whose it is, in which language, and where a reader can check it."""

    brand: str
    customer: str
    verify_at: str
    language: str = "en"  # as BCP 47 writes it: en, zh-Hans
    format: str = "a4"  # or us-letter
    say: Say = field(default=str)


@dataclass(frozen=True)
class _Body:
    """The table of the document: its printed columns, its lines, and the sums after each row."""

    columns: tuple[TableColumn, ...]
    left_out: tuple[TableColumn, ...]
    heads: list[str]
    lines: list[Line]
    carried: list[list[list[str]]]
    widths: Widths


def compose(table: Table, paper: Paper, chart: Mapping[str, Any] | None) -> dict[str, Any]:
    """The document. All its texts are printable; `chart` is the option that the page would draw."""
    say, rows = paper.say, list(table.rows())
    called = service_names(table, paper.language, rows)
    body = _body(table, rows, View(say=say, words=_words(say, table.report.sum_label), rows=rows, called=called))
    period = period_words(table.question.period) if table.question.period else ""
    title = say(table.report.title)
    document = {
        "brand": paper.brand,
        "customer": paper.customer,
        "title": title,
        "heading": f"{title}, {period}" if period else title,
        "question": say(table.report.question),
        "provenance": provenance(table, say),
        "asked": _asked(table.question, say, called),
        "notes": _notes(table, say),
        "figures": [[f.value, f.unit, f.label] for f in headline(table, called, say)] if rows else [],
        "chart": _chart(chart, say) if chart else None,
        "nothing": "" if rows else say(_NOTHING),
        "words": _furniture(say),
        "reading": _reading(table, body, say, list_renamed(table, rows, called)),
        "check": _check(table, paper),
        "marks": [table.id, f"sha256:{table.digest}", table.report.key],
    }
    layout = {
        "language": paper.language.partition("-")[0],
        "paper": paper.format,
        "fonts": list(FAMILIES),
        "is_lying": body.widths.is_lying,
        "size": body.widths.size,
        "widths": body.widths.columns,
        "numbers": [c.kind.is_number for c in body.columns],
        "currencies": [printable(currency) for currency in currencies(table)],
    }
    return {**_printable(document), **layout, **_rows_of(body)}


def _words(say: Say, sum_label: str = "") -> Words:
    return Words(
        total=say(sum_label or _TOTAL),
        subtotal=say(_SUBTOTAL),
        rounding=say(_ROUNDING),
        unknown=say(_UNKNOWN),
        empty=say(_EMPTY),
    )


def _furniture(say: Say) -> dict[str, str]:
    return {"carried": say(_CARRIED), "brought": say(_BROUGHT), "page": say(_PAGE)}


def _asked(question: Question, say: Say, called: Mapping[str, str]) -> list[str]:
    """What the reader asked for beside the period, in words: the grouping and each filter."""
    found = [say(_GROUPED).format(by=say(_AND).join(say(d.label) for d in question.by))] if question.by else []
    only = [_filter(d, values, say, called) for d, values in question.filters]
    return [*found, say(_FILTERS).format(filters="; ".join(only)) if only else say(_EVERYTHING)]


def _filter(dimension: Dimension, values: Sequence[str], say: Say, called: Mapping[str, str]) -> str:
    column = TableColumn(
        key=dimension.key, label=dimension.label, kind=dimension.kind, help=dimension.help, empty=dimension.empty
    )
    view = View(say=say, words=_words(say), called=called)
    shown = [cell_of(None if value == NONE_WORD else value, column, view).text for value in values]
    return say(_WITHIN).format(dimension=say(dimension.label), values=", ".join(shown))


def _notes(table: Table, say: Say) -> list[list[str]]:
    """What has to be known before a figure is used, as (lead, text)."""
    as_of = table.question.as_of
    found = [["", say(_AS_OF).format(at=instant_words(as_of))]] if as_of else []
    found += [[say(_ISSUE), issue] for issue in table.meta.known_issues]
    return found + [["", told(warning, say)] for warning in table.meta.warnings]


def _chart(option: Mapping[str, Any], say: Say) -> dict[str, Any]:
    title = option["title"]
    return {
        "title": title["text"],
        "note": title["subtext"],
        "alt": say(_ALT).format(title=title["text"]),
        "option": option,
    }


def _reading(table: Table, body: _Body, say: Say, renamed: Sequence[Any]) -> list[dict[str, Any]]:
    """The sections after the table: each a title with a text or with pairs of a word and its meaning."""
    printed = [c for c in body.columns if c.kind is not Kind.LABEL]
    sections: list[dict[str, Any]] = [
        {"title": say(_READING), "text": say(table.report.how_to_read)},
        {"title": say(_DEFINITIONS), "pairs": [[say(c.label), say(c.help)] for c in printed]},
    ]
    if body.left_out:
        names = ", ".join(say(c.label) for c in body.left_out)
        sections.append({"title": say(_NOT_PRINTED), "text": say(_NOT_PRINTED_HOW).format(columns=names)})
    if renamed:
        pairs = [[one.shown, say(_IN_FILES).format(service=one.service, code=one.code)] for one in renamed]
        sections.append({"title": say(_NAMES), "pairs": pairs})
    issues = " ".join(table.meta.known_issues) or say(_NO_ISSUE)
    return [*sections, {"title": say(_ISSUES), "text": issues}]


def _check(table: Table, paper: Paper) -> dict[str, Any]:
    say = paper.say
    return {
        "title": say(_CHECK),
        "lines": [
            say(_ROWS).format(count=figure(str(table.meta.row_count))),
            f"{say(_RESULT)} {table.id}",
            f"sha256 {table.digest}",
            say(_VERIFY).format(address=paper.verify_at),
        ],
    }


def _body(table: Table, rows: Sequence[Record], view: View) -> _Body:
    shown = shown_columns(table)
    sheet = choose(shown, frozenset(measure.key for measure in table.report.measures))
    left_out = tuple(c for c in table.columns if c not in sheet.columns)
    found = currencies(table)
    only = found[0] if len(found) == 1 else ""
    heads = [f"{view.say(c.label)} {only if c.kind is Kind.MONEY else ''}".strip() for c in sheet.columns]
    lines = list(body_lines(table, sheet.columns, view))
    lines += [sum_line("total", total, sheet.columns, view) for total in table.totals]
    lines = [
        line._replace(cells=tuple(cell._replace(text=printable(cell.text)) for cell in line.cells)) for line in lines
    ]
    sums = carried(table, sheet.columns, rows)
    texts = chain(
        ([cell.text for cell in line.cells] for line in lines),
        ([max(figures, key=len, default="") for figures in after] for after in sums),
    )
    return _Body(sheet.columns, left_out, heads, lines, sums, widths(sheet.columns, heads, texts))


def _rows_of(body: _Body) -> dict[str, Any]:
    return {
        "heads": _printable(body.heads),
        "lines": [
            [line.role, [pieces(cell.text, room) for cell, room in zip(line.cells, body.widths.columns, strict=True)]]
            for line in body.lines
        ],
        "carried": body.carried,
    }


def carried(table: Table, columns: Sequence[TableColumn], rows: Sequence[Record]) -> list[list[list[str]]]:
    """The sums after each row: a list for each printed column, of a figure for each currency; '' where none is summed.

    They sum what the Table sums: columns that have a total. The first entry stands before the first row.
    """
    found = {total["currency"] or "": dict(total) for total in table.totals}
    keys = [c.key if c.kind.is_number else "" for c in columns]
    sums = {
        currency: {key: WIDE.multiply(Decimal(total.get(key) or 0), Decimal(0)) for key in keys if total.get(key)}
        for currency, total in found.items()
    }
    after = [_texts(sums, keys)]
    for row in rows:
        mine = sums.get(row["currency"] or "", {})
        for key, known in mine.items():
            mine[key] = WIDE.add(known, Decimal(row.get(key) or 0))
        after.append(_texts(sums, keys))
    return after


def _texts(sums: Mapping[str, Mapping[str, Decimal]], keys: Sequence[str]) -> list[list[str]]:
    return [[figure(plain(one[key])) if key in one else "" for one in sums.values()] if key else [] for key in keys]


def _printable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Every text in it printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable(one) for key, one in value.items()}
    return [_printable(one) for one in value] if isinstance(value, list | tuple) else value
