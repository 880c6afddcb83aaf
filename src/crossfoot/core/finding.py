"""What a reader of a bill or a check saw: a value, never an exception. It says where, what, and what to do next."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from crossfoot.core.legible import legible

TEXTS = ("message", "next_step", "file", "column", "value", "customer", "account", "cycle")


class Reach(StrEnum):
    """How far a block goes (money.md R17)."""

    ROW = "row"
    ACCOUNT = "account"
    CUSTOMER_MONTH = "customer-month"
    RESELLER_MONTH = "reseller-month"
    FILE = "file"


class Severity(StrEnum):
    """A block stops what it reaches; a note is shown and stops nothing."""

    BLOCK = "block"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing seen. `count` says how many records share it; the record named is the first of them."""

    check: str
    severity: Severity
    reach: Reach
    message: str
    next_step: str
    file: str = ""
    record: int | None = None
    column: str = ""
    value: str = ""
    customer: str = ""
    account: str = ""
    cycle: str = ""
    count: int = 1

    def __post_init__(self) -> None:
        """Names and values come from outside: whatever they hold, a finding is one line of text."""
        for name in TEXTS:
            object.__setattr__(self, name, legible(getattr(self, name)))

    @property
    def is_block(self) -> bool:
        """True when it stops what it reaches."""
        return self.severity is Severity.BLOCK

    @property
    def sentence(self) -> str:
        """The whole finding as a person reads it."""
        where = ", ".join(part for part in self._where() if part)
        more = f" ({self.count} records)" if self.count > 1 else ""
        return f"{where}: {self.message}{more} {self.next_step}" if where else f"{self.message}{more} {self.next_step}"

    def _where(self) -> tuple[str, ...]:
        return (
            self.customer and f"customer {self.customer}",
            self.account and f"account {self.account}",
            self.cycle and f"cycle {self.cycle}",
            self.file,
            f"record {self.record}" if self.record is not None else "",
            self.column and f"column {self.column}",
            self.value and f"value {self.value!r}",
        )

    def as_json(self) -> dict[str, str | int | None]:
        """The finding for `--json`."""
        return {key: str(v) if isinstance(v, StrEnum) else v for key, v in asdict(self).items()}


def read_finding(body: dict[str, object]) -> Finding:
    """A finding from the form in which `as_json` gives it."""
    fields = dict(body)
    return Finding(
        severity=Severity(str(fields.pop("severity"))),
        reach=Reach(str(fields.pop("reach"))),
        **fields,  # type: ignore[arg-type]  # written by Finding.as_json
    )
