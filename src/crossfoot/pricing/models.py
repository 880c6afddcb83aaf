"""The price book: rules with validities, each in versions, in force only once approved."""

from typing import ClassVar

from django.db import models

from crossfoot.core.walls import Wall


class PriceRule(models.Model):
    """One version of a rule. Approved versions are never changed: a change is a new version."""

    wall: ClassVar[Wall] = Wall.STAFF

    rule_id = models.CharField(max_length=64)
    version = models.IntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    customer_key = models.CharField(max_length=64, blank=True)
    service = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=16)
    value = models.DecimalField(max_digits=9, decimal_places=6)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=254)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=254, blank=True)

    class Meta:
        """A rule has each version once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["rule_id", "version"], name="one_rule_version")]

    def __str__(self) -> str:
        """The rule's name."""
        return f"{self.rule_id} v{self.version}"
