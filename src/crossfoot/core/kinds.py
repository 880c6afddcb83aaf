"""Every kind of finding, whoever makes it: what it is called, who has to act, and whether finance may accept it.

What may be accepted leaves a month with a price for every line. Everything else has no price, counts twice, or is not
what was received: nobody's signature mends that.
"""

from dataclasses import dataclass
from enum import StrEnum

from crossfoot.core.finding import Finding
from crossfoot.core.words import mark as _


class Owner(StrEnum):
    """Who has to act."""

    OPERATOR = "operator"  # accounts, owners and files
    FINANCE = "finance"  # prices, currencies and what is accepted
    HUAWEI = "Huawei"  # who has to be asked for another bill
    NOBODY = "nobody"


@dataclass(frozen=True)
class Kind:
    """A kind of finding. `accepting` says what it means to accept one; '' where nobody may."""

    title: str
    owner: Owner
    accepting: str = ""


AS_LISTED = _("Accepting means: the lines are sold by their List Price as it stands.")
WITHOUT_THE_DAY = _(
    "Accepting means: the month is published without these lines, and the customer is not charged for them."
)
WITHOUT_THE_ACCOUNT = _(
    "Accepting means: the account's month-to-date lines are dropped and the month becomes final. Huawei's final bill is "
    "complete; what it does not name is not charged."
)
KINDS: dict[str, Kind] = {
    # a month
    "refused-lines": Kind(_("Lines refused"), Owner.HUAWEI),
    "control-totals": Kind(_("Control totals differ"), Owner.OPERATOR),
    "duplicates": Kind(_("A charge stands twice"), Owner.OPERATOR),
    "amount-sums": Kind(_("Amounts do not add up"), Owner.HUAWEI, AS_LISTED),
    "currency": Kind(_("Currency"), Owner.FINANCE),
    "bill-type": Kind(_("Unknown bill type"), Owner.HUAWEI),
    "priced": Kind(_("No price"), Owner.FINANCE),
    "bill-date": Kind(_("Date after the cycle"), Owner.HUAWEI),
    "completeness": Kind(_("A published day is lost"), Owner.HUAWEI, WITHOUT_THE_DAY),
    "no-final-charges": Kind(_("Account without final charges"), Owner.FINANCE, WITHOUT_THE_ACCOUNT),
    "account-mapped": Kind(_("Account without an owner"), Owner.OPERATOR),
    "taken-over": Kind(_("Account taken over from a blocked month"), Owner.FINANCE),
    "service-code": Kind(_("Unknown service"), Owner.NOBODY),
    "late-usage": Kind(_("Late usage"), Owner.NOBODY),
    "kept-credits": Kind(_("Credits kept"), Owner.NOBODY),
    "compensation": Kind(_("Compensation passed on"), Owner.NOBODY),
    # a file
    "file": Kind(_("File refused"), Owner.OPERATOR),
    "fetch": Kind(_("File not fetched"), Owner.OPERATOR),
    "empty": Kind(_("A part without lines"), Owner.NOBODY),
    "file-name": Kind(_("File name"), Owner.OPERATOR),
    "readable": Kind(_("Cell that cannot be read"), Owner.HUAWEI),
    "tags": Kind(_("Tags that cannot be read"), Owner.NOBODY),
    "columns": Kind(_("Unknown column"), Owner.NOBODY),
    "as-received": Kind(_("Cell changed in reading"), Owner.NOBODY),
    "encoding": Kind(_("Encoding"), Owner.NOBODY),
    "spreadsheet": Kind(_("Numbers of a spreadsheet"), Owner.NOBODY),
    "floats": Kind(_("Numbers with binary rounding"), Owner.NOBODY),
    "older-file": Kind(_("Older file"), Owner.NOBODY),
    "replaced": Kind(_("Lines replaced by fewer"), Owner.OPERATOR),
}
OTHER = Kind(_("Other"), Owner.OPERATOR)


def kind_of(check: str) -> Kind:
    """The kind, also of a finding that an older version stored."""
    return KINDS.get(check, OTHER)


def may_be_accepted(finding: Finding) -> bool:
    """True where finance may take it on itself, and it is known exactly what is accepted."""
    return bool(kind_of(finding.check).accepting and finding.exact)
