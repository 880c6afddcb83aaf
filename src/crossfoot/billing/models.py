"""Who invoices, what was invoiced, what was paid, and what paid what. Rows are added and never changed.

Whatever happens later is a later row: a void, an allocation, its undoing. `recorded_at` says since when we know it, so
that everything can be read as of an earlier moment. Amounts are positive and stand at the currency's minor unit.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crossfoot.core.walls import Wall


def money(*, is_known: bool = True) -> models.DecimalField:  # type: ignore[type-arg]  # of Decimal
    """An exact amount; None is unknown, where that may be."""
    return models.DecimalField(max_digits=38, decimal_places=8, null=not is_known)


class LegalEntity(models.Model):
    """Who issues invoices, as known since `recorded_at`: the last row of a key counts."""

    wall: ClassVar[Wall] = Wall.STAFF

    key = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=500, blank=True)
    tax_id = models.CharField(max_length=64, blank=True)
    currency = models.CharField(max_length=3)  # in which its books are kept
    zone = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=254)

    def __str__(self) -> str:
        """The name and the key."""
        return f"{self.name} ({self.key})"


class Document(models.Model):
    """An invoice or a credit note. `cycles` is the months it bills, as a period; `amount` is with tax.

    One that was partly settled before it came here has `open_amount`, what was open of it at the end of `open_on`.
    """

    wall: ClassVar[Wall] = Wall.CUSTOMER
    customer_owned: ClassVar[bool] = True

    customer_id = models.CharField(max_length=64)
    entity = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    number = models.CharField(max_length=64)
    issued_on = models.DateField()
    due_on = models.DateField()
    cycles = models.CharField(max_length=16, blank=True)
    currency = models.CharField(max_length=3)
    net = money(is_known=False)
    tax = money(is_known=False)
    amount = money()
    original = models.CharField(max_length=64, blank=True)  # of a credit note: the number of the invoice it corrects
    open_amount = money(is_known=False)
    open_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=254)

    class Meta:
        """An entity gives a number once; the key begins with the customer, so that it tells nothing about others."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_id", "entity", "number"], name="one_document_number"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="document_not_negative"),
        ]

    def __str__(self) -> str:
        """The number."""
        return self.number


class DocumentLine(models.Model):
    """A line of a document, before tax."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    customer_owned: ClassVar[bool] = True

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="lines")
    customer_id = models.CharField(max_length=64)
    line = models.IntegerField()
    account = models.CharField(max_length=128, blank=True)
    service = models.CharField(max_length=200, blank=True)
    tax_code = models.CharField(max_length=32, blank=True)
    net = money()

    class Meta:
        """A document has each line once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_id", "document", "line"], name="one_document_line")
        ]

    def __str__(self) -> str:
        """The number of the line."""
        return f"line {self.line}"


class Void(models.Model):
    """A document that no longer counts; its number stays taken."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    customer_owned: ClassVar[bool] = True

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="void")
    customer_id = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=254)

    def __str__(self) -> str:
        """Why."""
        return self.reason


class Payment(models.Model):
    """Money that came, or what settles like it; a refund is money that went back. The key is the payer's ledger's own."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    customer_owned: ClassVar[bool] = True

    customer_id = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    bank_account = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    value_on = models.DateField()
    currency = models.CharField(max_length=3)
    amount = money()
    kind = models.CharField(max_length=16)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=254)

    class Meta:
        """A payment comes once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_id", "key"], name="one_payment"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive"),
        ]

    def __str__(self) -> str:
        """The key."""
        return self.key


class Allocation(models.Model):
    """So much of a payment, or of a credit note, settles a document. `undoes` takes an earlier one back, whole."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    customer_owned: ClassVar[bool] = True

    customer_id = models.CharField(max_length=64)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="allocations")
    credit = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="given")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="allocations")
    amount = money()
    how = models.CharField(max_length=16)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=254)

    class Meta:
        """It comes from one thing, and takes something."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(payment=None, credit__isnull=False) | Q(payment__isnull=False, credit=None),
                name="allocation_of_one",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive"),
        ]

    def __str__(self) -> str:
        """How much, and how."""
        return f"{self.amount} {self.how}"
