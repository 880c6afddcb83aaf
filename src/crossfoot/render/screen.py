"""How figures, dates and instants are written for people (files write them plain): one spelling for page, mail and PDF.

In the language that is active, as Django knows it: English where none is. Figures are cut up as text, never converted, so what is shown is what was summed, digit by digit.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext

from crossfoot.core.clock import GMT8
from crossfoot.core.period import Period, zone_of
from crossfoot.core.words import Part, Sentence, Span
from crossfoot.core.words import mark as _
from crossfoot.reports.table import EditionMeta, Meta, Table, TableColumn

Say = Callable[[str], str]

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"
GROUP = 3
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Other languages order them otherwise, and write {number} for the month.
_DAY, _MONTH, _IN_A_MONTH = _("{day} {month} {year}"), _("{month} {year}"), _("{day}{dash}{last} {month} {year}")
_IN_A_YEAR = _("{day} {month} {dash} {end}")
DOT = " · "
_EDITION = _("edition {number}, {status}")
_STATUS = {"final": _("final"), "open": _("open")}
_BEFORE_TAX = _("{currency}, before tax")
_WITH_TAX = _("{currency}, tax included")
_KNOWN = _("as known on {day}")
_THROUGH = _("data through {at}")
_BILL_DATES = _("bill dates {dates}")
_PUBLISHED = _("published {at}")


def figure(text: str) -> str:
    """`-1234567.80` as `−1,234,567.80`."""
    sign, digits = (MINUS, text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    head = len(whole) % GROUP
    parts = [whole[:head]] * bool(head) + [whole[i : i + GROUP] for i in range(head, len(whole), GROUP)]
    return sign + ",".join(parts) + point + rest


def signed(text: str) -> str:
    """A change, which always bears its sign."""
    return figure(text) if text.startswith("-") else f"+{figure(text)}"


def day_words(day: date) -> str:
    """`5 Nov 2026`."""
    return gettext(_DAY).format(**_parts(day))


def month_words(day: date) -> str:
    """`Nov 2026`."""
    return gettext(_MONTH).format(**_parts(day))


def _parts(day: date) -> dict[str, object]:
    return {"day": day.day, "month": MONTHS[day.month - 1], "number": day.month, "year": day.year}


def cycle_words(cycle: str) -> str:
    """`2026-11` as `Nov 2026`; anything else as it is."""
    try:
        return month_words(date.fromisoformat(f"{cycle}-01"))
    except ValueError:
        return cycle


def date_cell(text: str) -> str:
    """An ISO date as `5 Nov 2026`; anything else as it is."""
    try:
        return day_words(date.fromisoformat(text))
    except ValueError:
        return text


def instant_words(at: datetime, zone: tzinfo = GMT8) -> str:
    """`5 Nov 2026 12:04`, on the clock of the bill."""
    local = at.astimezone(zone)
    return f"{day_words(local.date())} {local:%H:%M}"


def through_words(at: datetime) -> str:
    """The end of what is contained; midnight belongs to the day that it ends: `31 Oct 2026 24:00`."""
    zone = zone_of(at)
    local = at.astimezone(zone)
    if local.time() == time():
        return f"{day_words(local.date() - timedelta(days=1))} 24:00"
    return instant_words(at, zone)


def span_words(start: date, last: date) -> str:
    """`1–31 Oct 2026`, `28 Sep – 4 Oct 2026`, `1 Dec 2025 – 31 Jan 2026`, `5 Oct 2026`: both ends in."""
    if start == last:
        return day_words(start)
    if (start.year, start.month) == (last.year, last.month):
        return gettext(_IN_A_MONTH).format(**_parts(start), dash=DASH, last=last.day)
    if start.year == last.year:
        return gettext(_IN_A_YEAR).format(**_parts(start), dash=DASH, end=day_words(last))
    return f"{day_words(start)} {DASH} {day_words(last)}"


def period_words(period: Period) -> str:
    """`Oct 2026` for whole months, else the dates."""
    if not period.by_cycle:
        return span_words(period.start, period.last_day)
    first, last = month_words(period.start), month_words(period.last_day)
    return first if first == last else f"{first} {DASH} {last}"


def told(sentence: str, say: Say = str) -> str:
    """A sentence in the reader's language, its dates and months as the reader writes them."""
    if not isinstance(sentence, Sentence):
        return say(sentence)
    parts = {key: ", ".join(map(_told_part, values)) for key, values in sentence.parts.items()}
    return say(sentence.template).format(**parts)


def _told_part(part: Part) -> str:
    if isinstance(part, Span):
        return span_words(date.fromisoformat(part.first), date.fromisoformat(part.last))
    return cycle_words(date_cell(str(part)))


def share(part: Decimal, whole: Decimal) -> str | None:
    """`9.0` for nine percent; None where there is no whole to take a share of."""
    if not whole:
        return None
    return f"{(part * 100 / whole).quantize(Decimal('0.1'), ROUND_HALF_UP):f}"


def edition_words(edition: EditionMeta, say: Say = str) -> str:
    """`edition 2, final`."""
    return say(_EDITION).format(number=edition.edition, status=say(_STATUS.get(edition.status, edition.status)))


def currencies(table: Table) -> tuple[str, ...]:
    """The currencies of the answer, in the order of its totals."""
    return tuple(total["currency"] or "" for total in table.totals)


def provenance(table: Table, say: Say = str) -> str:
    """The line under the filters, with the same words in every medium that is read by people."""
    meta, period = table.meta, table.question.period
    money = ", ".join(currencies(table))
    parts = [
        _span(period, say, is_ledger=bool(meta.known_at)) if period else "",
        meta.time_zone,
        say(_WITH_TAX if meta.known_at else _BEFORE_TAX).format(currency=money) if money else "",
        say(_KNOWN).format(day=day_words(meta.known_at.astimezone(GMT8).date())) if meta.known_at else "",
        say(_THROUGH).format(at=through_words(meta.data_through)) if meta.data_through else "",
        say(_PUBLISHED).format(at=instant_words(meta.published_at, _clock(meta))) if meta.published_at else "",
        _editions(meta.editions, say),
    ]
    return DOT.join(part for part in parts if part)


def _clock(meta: Meta) -> tzinfo:
    """One line has one clock: that of its days."""
    return zone_of(meta.data_through) if meta.data_through else GMT8


def _span(period: Period, say: Say, *, is_ledger: bool) -> str:
    """A month is what its bill says, late usage included; a range of dates is what was used on them, whoever bills it."""
    dates = span_words(period.start, period.last_day)
    return dates if period.by_cycle or is_ledger else say(_BILL_DATES).format(dates=dates)


def _editions(editions: tuple[EditionMeta, ...], say: Say) -> str:
    if len(editions) == 1:
        return edition_words(editions[0], say)
    return "; ".join(f"{cycle_words(e.cycle)}: {edition_words(e, say)}" for e in editions)


def name_of_nothing(column: TableColumn) -> str:
    """What a reader sees where the source names no value."""
    return column.empty or "none"
