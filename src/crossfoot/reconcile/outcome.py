"""What the second opinion came to: every compared pair with its residual, the faults, and what was not compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from crossfoot.core.money import plain, round8

Ledger = Literal["list", "sell", "buy"]
LEDGERS: tuple[Ledger, ...] = ("list", "sell", "buy")


def _text(amount: Decimal) -> str:
    return plain(round8(amount))  # no amount has more decimals; a zero has as many


@dataclass(frozen=True, kw_only=True)
class Residual:
    """One published figure beside the one derived from the landed bytes."""

    customer: str
    cycle: str
    currency: str
    ledger: Ledger
    published: Decimal
    derived: Decimal

    @property
    def residual(self) -> Decimal:
        """What the published figure has too much."""
        return self.published - self.derived

    def as_json(self) -> dict[str, str]:
        """The pair for `--json`."""
        return {
            "customer": self.customer,
            "cycle": self.cycle,
            "currency": self.currency,
            "ledger": self.ledger,
            "published": _text(self.published),
            "derived": _text(self.derived),
            "residual": _text(self.residual),
        }

    def __str__(self) -> str:
        """The pair as a line."""
        pair = f"published {_text(self.published)}  derived {_text(self.derived)}  residual {_text(self.residual)}"
        return f"{self.customer}  {self.cycle}  {self.currency}  {self.ledger}  {pair}"


@dataclass(frozen=True, kw_only=True)
class NotCompared:
    """A customer's month that has no figure to hold against the landed files, and why."""

    customer: str
    cycle: str
    reason: str

    def as_json(self) -> dict[str, str]:
        """The month for `--json`."""
        return {"customer": self.customer, "cycle": self.cycle, "reason": self.reason}

    def __str__(self) -> str:
        """The month as a line."""
        return f"{self.customer}  {self.cycle}  not compared: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything that was held against each other, oldest cycle first."""

    residuals: tuple[Residual, ...]
    faults: tuple[str, ...]
    not_compared: tuple[NotCompared, ...]

    @property
    def is_clean(self) -> bool:
        """True when every compared figure is the derived one and every file is the one that was written."""
        return not self.faults and not any(pair.residual for pair in self.residuals)

    def as_json(self) -> dict[str, object]:
        """The whole for `--json`; amounts are strings."""
        return {
            "is_clean": self.is_clean,
            "residuals": [pair.as_json() for pair in self.residuals],
            "faults": list(self.faults),
            "not_compared": [month.as_json() for month in self.not_compared],
        }

    def lines(self) -> Iterator[str]:
        """The whole as lines of text, the summary last."""
        yield from map(str, self.residuals)
        yield from map(str, self.not_compared)
        for fault in self.faults:
            yield f"fault: {fault}"
        wrong = sum(1 for pair in self.residuals if pair.residual)
        yield (
            f"{len(self.residuals)} figures compared, {wrong} differ; {len(self.faults)} faults; "
            f"{len(self.not_compared)} months not compared"
        )
