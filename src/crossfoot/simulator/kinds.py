"""The kinds of line that Huawei bills (huawei.md 3.1, R2 of money.md): codes, and what of them the customer owes."""

from dataclasses import dataclass
from enum import Enum, auto


class Sold(Enum):
    """What a customer owes for a line under List x 1."""

    LIST = auto()
    AMOUNT = auto()  # passed on as Huawei charged it
    NOTHING = auto()  # the plan is sold, not its hours again; Huawei's tax is the reseller's own
    UNPRICED = auto()


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of line: the code of its bill type, the file's code of its billing mode, and its order type if it has one."""

    bill_type: int
    charge_mode: int
    sold: Sold = Sold.LIST
    order_type: str = ""

    @property
    def is_refund(self) -> bool:
        """Whether it gives back an order."""
        return self in {UNSUBSCRIBED, CHANGE_REFUND, TO_PAY_PER_USE}


USAGE = Kind(5, 1)
RESERVED_HOURS = Kind(5, 3, Sold.NOTHING)
PACKAGE_HOURS = Kind(5, 1, Sold.NOTHING)
PLAN_HOURS = Kind(23, 6, Sold.NOTHING)
RESERVED_FEE = Kind(12, 3)

PURCHASE = Kind(1, 0, order_type="1")
RENEWAL = Kind(2, 0, order_type="2")
CHANGE = Kind(3, 0, order_type="3")
AUTO_RENEWAL = Kind(8, 0, order_type="2")
PLAN_FEE = Kind(18, 4, order_type="1")
SUPPORT = Kind(14, 1)

UNSUBSCRIBED = Kind(4, 0, order_type="4")
CHANGE_REFUND = Kind(20, 0, order_type="4")
TO_PAY_PER_USE = Kind(24, 0, order_type="4")
HANDLING_FEE = Kind(13, 0, order_type="4")

COMPENSATION = Kind(9, 1, Sold.AMOUNT)
DEDUCTION = Kind(16, 1, Sold.AMOUNT)
TAX = Kind(15, 1, Sold.NOTHING)
REFUND_TAX = Kind(100, 1, Sold.NOTHING)

UNKNOWN = Kind(77, 1, Sold.UNPRICED)
