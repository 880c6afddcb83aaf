"""Known issues, and the names that the reseller gives to services."""

from typing import ClassVar

from django.db import models

from crossfoot.core.walls import Wall


class KnownIssue(models.Model):
    """A sentence that stands on every report that it touches, from a bill date to a bill date."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    wall_column: ClassVar[str] = "customer_key"
    wall_shares_blank: ClassVar[bool] = True  # an issue without a customer is everybody's
    customer_owned: ClassVar[bool] = True

    customer_key = models.CharField(max_length=64, blank=True)
    service = models.CharField(max_length=200, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    sentence = models.CharField(max_length=500)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=254)
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence


class ServiceName(models.Model):
    """What a service is called from a day on. Added, never changed: the latest that is valid and known counts."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    wall_column: ClassVar[str] = "customer_key"
    wall_shares_blank: ClassVar[bool] = True  # a name without a customer is everybody's; there are no others yet
    customer_owned: ClassVar[bool] = True

    customer_key = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True)  # without one, the name stands in Chinese pages too
    valid_from = models.DateField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=254)

    def __str__(self) -> str:
        """The code and the name."""
        return f"{self.code}: {self.name}"


class SavedView(models.Model):
    """A question that somebody wants to ask again, under a name of their own."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    wall_column: ClassVar[str] = "customer_key"
    customer_owned: ClassVar[bool] = True

    customer_key = models.CharField(max_length=64)
    owner = models.CharField(max_length=254)
    name = models.CharField(max_length=80)
    report = models.CharField(max_length=64)
    query = models.CharField(max_length=4000)
    saved_at = models.DateTimeField()

    class Meta:
        """A person has each name once for each customer."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_key", "owner", "name"], name="one_saved_view")
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name


class Visit(models.Model):
    """When somebody last looked at a customer's home, and when before that: what is new is told from there."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    wall_column: ClassVar[str] = "customer_key"
    customer_owned: ClassVar[bool] = True

    customer_key = models.CharField(max_length=64)
    visitor = models.CharField(max_length=254)
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)

    class Meta:
        """One for each person and customer."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["customer_key", "visitor"], name="one_visit")]

    def __str__(self) -> str:
        """Who and whose."""
        return f"{self.visitor} at {self.customer_key}"
