"""The catalogue of the lake. One transaction adds a publication, its editions, their files and totals: the switch."""

from typing import ClassVar

from django.db import models

from crossfoot.core.walls import Wall


class Publication(models.Model):
    """One act of publishing one cycle."""

    wall: ClassVar[Wall] = Wall.STAFF

    cycle = models.CharField(max_length=7)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=254)

    def __str__(self) -> str:
        """The cycle and the number."""
        return f"publication {self.pk} of {self.cycle}"


class Edition(models.Model):
    """A customer's month as published. Never changed; a later one has the next number."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    customer_owned: ClassVar[bool] = True

    customer_id = models.CharField(max_length=64)
    cycle = models.CharField(max_length=7)
    number = models.IntegerField()
    status = models.CharField(max_length=8)  # open, final
    data_through = models.DateTimeField()
    published_at = models.DateTimeField()
    first_day = models.DateField()  # bill dates in it, for ranges of days over all cycles
    last_day = models.DateField()
    days = models.JSONField()  # account -> the bill dates on which it has lines
    rows = models.BigIntegerField()
    content = models.CharField(max_length=64)  # what the lines say, whatever file brought them

    class Meta:
        """A customer's month has each number once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_id", "cycle", "number"], name="one_edition_number")
        ]

    def __str__(self) -> str:
        """Customer, cycle and number."""
        return f"{self.customer_id} {self.cycle} edition {self.number}"


class EditionFile(models.Model):
    """A file of an edition. `tree` is charges (the lines) or daily (their rollup)."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    customer_owned: ClassVar[bool] = True

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="files")
    customer_id = models.CharField(max_length=64)
    tree = models.CharField(max_length=8)
    part = models.IntegerField()
    path = models.CharField(max_length=255)
    rows = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        """The path."""
        return self.path


class EditionTotal(models.Model):
    """Exact sums of an edition by service, charge category, tax code and currency."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    customer_owned: ClassVar[bool] = True

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="totals")
    customer_id = models.CharField(max_length=64)
    service = models.CharField(max_length=200, blank=True)
    charge_category = models.CharField(max_length=16)
    tax_code = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3)
    rows = models.BigIntegerField()
    list_cost = models.DecimalField(max_digits=38, decimal_places=8)
    billed_cost = models.DecimalField(max_digits=38, decimal_places=8)

    def __str__(self) -> str:
        """Service and currency."""
        return f"{self.service} {self.currency}"


class BuyEdition(models.Model):
    """What the reseller pays for a customer's month: editions of their own (money.md R13), no grant for customers."""

    wall: ClassVar[Wall] = Wall.STAFF

    customer_key = models.CharField(max_length=64)
    cycle = models.CharField(max_length=7)
    number = models.IntegerField()
    published_at = models.DateTimeField()
    content = models.CharField(max_length=64)
    path = models.CharField(max_length=255)
    rows = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    totals = models.JSONField()  # currency -> {settlement_amount, unknown}

    class Meta:
        """A customer's month has each number once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_key", "cycle", "number"], name="one_buy_number")
        ]

    def __str__(self) -> str:
        """Customer, cycle and number."""
        return f"{self.customer_key} {self.cycle} buy {self.number}"


class MonthState(models.Model):
    """What the last attempt to publish a customer's month came to. Customer '' holds what belongs to nobody yet."""

    wall: ClassVar[Wall] = Wall.STAFF

    customer_key = models.CharField(max_length=64, blank=True)
    cycle = models.CharField(max_length=7)
    inputs = models.CharField(max_length=64)
    is_blocked = models.BooleanField()
    tried_at = models.DateTimeField()
    findings = models.JSONField(default=list)
    seen_since = models.JSONField(default=list)  # for each finding, when an attempt first came to it

    class Meta:
        """One state per customer and cycle."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["customer_key", "cycle"], name="one_month_state")]

    def __str__(self) -> str:
        """Customer and cycle."""
        return f"{self.customer_key} {self.cycle}"


class Acceptance(models.Model):
    """Reseller finance takes a finding on itself, or takes that back. A row is never changed: the last one counts."""

    wall: ClassVar[Wall] = Wall.SEALED

    customer_key = models.CharField(max_length=64)
    cycle = models.CharField(max_length=7)
    check_key = models.CharField(max_length=32)
    subject = models.CharField(max_length=200, blank=True)  # the account, day or amount that it is about
    fingerprint = models.CharField(max_length=64)
    body = models.JSONField()  # the finding, word for word
    is_withdrawal = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    accepted_by = models.CharField(max_length=254)
    accepted_at = models.DateTimeField()

    class Meta:
        """Looked up by cycle."""

        indexes: ClassVar = [models.Index(fields=["cycle", "customer_key"])]

    def __str__(self) -> str:
        """What became of which finding."""
        return f"{self.check_key} of {self.customer_key} {self.cycle} {'blocks again' if self.is_withdrawal else 'accepted'}"
