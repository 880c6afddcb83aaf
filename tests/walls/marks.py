"""What gives an owner away: words and amounts of the house, and a look for them in any text.

Amounts are looked for in the spellings of a file and of a page: 71203.49, 71,203.49, 71203.48700000, and of a CSV for Excel: 71203,49.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from crossfoot.sources.columns import PAYMENT_PARTS
from tests.walls.house import ACCOUNTS, ALPHA, BETA, CHARGES, FINAL, GAMMA, NAMES, OLD, OPEN, PERCENTS, Charge, charges

BETWEEN_THOUSANDS = re.compile(r"(?<=\d)(?:[,.' \u00a0\u2009\u202f]|&nbsp;|&#160;)(?=\d{3}(?!\d))")
DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{2})")
NUMBER = re.compile(r"\d+\.\d{2}")


@dataclass(frozen=True)
class Marks:
    """Words in any case, and amounts cut and rounded to two digits."""

    words: re.Pattern[str]
    amounts: frozenset[str]


def marks(words: Iterable[str], amounts: Iterable[Decimal]) -> Marks:
    """The marks of these words and amounts."""
    pattern = "|".join(re.escape(word) for word in sorted(words))
    return Marks(re.compile(pattern, re.IGNORECASE), frozenset(text for a in amounts for text in _cut(a)))


def _cut(amount: Decimal) -> set[str]:
    return {str(abs(amount).quantize(Decimal("0.01"), rounding)) for rounding in (ROUND_HALF_UP, ROUND_DOWN)}


def finds(marked: Marks, data: bytes | str, echo: Iterable[str] = ()) -> list[str]:
    """Which of the marks stand in an answer, beside what the question itself said."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    for said in echo:
        text = text.replace(said, "")
    spellings = (text, BETWEEN_THOUSANDS.sub("", text), DECIMAL_COMMA.sub(".", text))
    numbers = {number for spelling in spellings for number in NUMBER.findall(spelling)}
    return sorted({*marked.words.findall(text), *(numbers & marked.amounts)})


def marks_of(found: list[Charge], *whole: list[Charge]) -> Marks:
    """Whatever would show that an answer saw one of these lines, or a total over any of the wholes."""
    words = {c.word for c in found} | {c.account for c in found}
    words |= {NAMES[c.customer].split()[1] for c in found} - {NAMES[ALPHA].split()[1]}
    words |= {c.cycle for c in found} & {OLD}
    amounts = {*(c.list_cost for c in found), *(c.billed for c in found)}
    for group in (found, *whole):
        for lines in (group, *([c for c in group if c.cycle == cycle] for cycle in (OPEN, FINAL, OLD))):
            amounts |= {_sum(c.billed for c in lines), _sum(c.list_cost for c in lines)}
    return marks(words, amounts - {Decimal(0)})


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _buy_amounts(lines: list[Charge]) -> set[Decimal]:
    """Settlement, what is left of it, and every amount as received: each line's, and their sums."""
    keys = ("settlement_amount", "amount", "discount_amount", "truncated_amount", *PAYMENT_PARTS)
    final = [c for c in lines if c.settled is not None]
    found = {Decimal(c.cells[key]) for c in lines for key in keys if c.cells[key]}
    found |= {_sum(Decimal(c.cells[key] or 0) for c in group) for key in keys for group in (lines, final)}
    settled = _sum(c.settled for c in final if c.settled is not None)
    found |= {c.billed - c.settled for c in final if c.settled is not None}
    return found | {_sum(c.billed for c in final) - settled, _sum(c.list_cost for c in final) - settled}


BUY_WORDS = ("settlement", "buy_cost", "buy cost", "margin", "price_rule", "price rule", "zqrule", "list_pct", "buy/")
GROUPS = [CHARGES, *(charges(customer=c) for c in NAMES), *(charges(account=a) for a in ACCOUNTS)]
BUY_AMOUNTS = {amount for group in GROUPS for amount in _buy_amounts(list(group))} - {Decimal(0)}
# What no customer may see; what nobody of Alpha may see; and what Bob, who sees acct-a2 alone, may not see either.
BUY = marks([*BUY_WORDS, *(str(p) for p in PERCENTS.values())], BUY_AMOUNTS)
FOREIGN = marks_of(charges(customer=BETA) + charges(customer=GAMMA), charges(customer=BETA), charges(customer=GAMMA))
HIDDEN = marks_of(charges(account="acct-a1"), charges(customer=ALPHA))
EVERYTHING = marks_of(list(CHARGES), *(charges(customer=customer) for customer in NAMES))
