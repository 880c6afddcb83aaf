"""Log entries, and the seals that chain them."""

from typing import ClassVar

from django.db import models

from crossfoot.core.walls import Wall


class Entry(models.Model):
    """One act. No database role may change or delete it."""

    wall: ClassVar[Wall] = Wall.LOG

    at = models.DateTimeField()
    actor = models.CharField(max_length=254)
    action = models.CharField(max_length=64)
    customer = models.CharField(max_length=64, blank=True)
    detail = models.JSONField()

    def __str__(self) -> str:
        """Who did what."""
        return f"{self.actor} {self.action}"


class Seal(models.Model):
    """The place of an entry in the chain: hash = sha256(previous hash + entry)."""

    wall: ClassVar[Wall] = Wall.SEALED

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        """The number."""
        return f"seal {self.number}"


class Head(models.Model):
    """The signed end of the chain, replaced by each sealing: a cut tail no longer fits it."""

    wall: ClassVar[Wall] = Wall.STAFF

    number = models.BigIntegerField(primary_key=True)
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)

    def __str__(self) -> str:
        """The number."""
        return f"head {self.number}"
