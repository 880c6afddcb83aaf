"""What a reader of a bill or a check saw: a value, never an exception. It says where, what, and what to do next."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from crossfoot.core.ids import canonical_json, result_id, sha256_hex
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
    """A block stops what it reaches; a note is shown and stops nothing; what finance accepted is shown with its reason."""

    BLOCK = "block"
    ACCEPTED = "accepted"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing seen. `count` says how many records share it; the record named is the first of them.

    `exact` tells apart what may be accepted: another lost day, or another amount, is another finding.
    """

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
    exact: str = ""

    def __post_init__(self) -> None:
        """Names and values come from outside: whatever they hold, a finding is one line of text."""
        for name in TEXTS:
            object.__setattr__(self, name, legible(getattr(self, name)))

    @property
    def is_block(self) -> bool:
        """True when it stops what it reaches."""
        return self.severity is Severity.BLOCK

    @property
    def is_accepted(self) -> bool:
        """True when finance took it on itself."""
        return self.severity is Severity.ACCEPTED

    @property
    def fingerprint(self) -> str:
        """One for what was seen, wherever in its file it stands."""
        says = [
            self.check,
            self.customer,
            self.cycle,
            self.account,
            self.column,
            self.value,
            self.exact or self.message,
        ]
        return sha256_hex(canonical_json(says))

    @property
    def id(self) -> str:
        """The name by which a person speaks of it."""
        return result_id(self.fingerprint)

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
