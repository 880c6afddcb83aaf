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
