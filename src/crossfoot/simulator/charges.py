"""What happened: one charge of one account. Truth and files are both made from it, each in its own way."""

from dataclasses import dataclass

from crossfoot.simulator.amounts import Amounts, half_up
from crossfoot.simulator.customers import Account, Order
from crossfoot.simulator.kinds import Kind
from crossfoot.simulator.resources import Resource

MONTHLY, YEARLY = "20", "19"


@dataclass(slots=True)
class Charge:
    """One thing that Huawei charged for."""

    account: Account
    kind: Kind
    resource: Resource
    day: str  # bill date
    amounts: Amounts
    traded_on: str
    traded_at: str
    hour: int | None = None  # of the bill date, GMT+08:00
    quantity: int | None = None
    order_id: str = ""
    original: Order | None = None
    period_type: str = ""
    misprint: int = 0  # by how much the written discount is wrong

    @property
    def owner_id(self) -> str | None:
        """The customer who owes it: the bill date decides, and a refund follows the original order."""
        account = self.account
        if not account.moved_on:
            return account.customer.customer_id if account.customer else None
        owner = account.owner_on(self.original.day if self.original else self.day)
        return owner.customer_id if owner else None

    @property
    def settlement(self) -> int | None:
        """What the reseller owes Huawei; None where the files do not say."""
        percent = self.account.settlement_percent
        return None if percent is None else half_up(self.amounts.amount * percent, 100)
