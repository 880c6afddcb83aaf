"""What was received: batches (a bill), slices (one account's cycle in a batch) and what was found in them."""

from typing import ClassVar

from django.db import models

from crossfoot.core.finding import Finding, read_finding
from crossfoot.core.walls import Wall


class Batch(models.Model):
    """A bill, by the sha256 of its bytes. Accepted once, whatever its name. What is in force is told by its slices."""

    wall: ClassVar[Wall] = Wall.STAFF

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    source = models.CharField(max_length=16, default="huawei")
    cycle = models.CharField(max_length=16)  # of an export its first and last: 2026-08..2026-10
    is_final = models.BooleanField()
    as_of = models.DateField(null=True)
    received_at = models.DateTimeField()
    is_accepted = models.BooleanField()
    rows = models.BigIntegerField(default=0)
    totals = models.JSONField(default=dict)  # currency -> {rows, list_cost, amount, settlement_amount}
    data_through = models.DateTimeField(null=True)
    charges_sha256 = models.CharField(max_length=64, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)  # of an upload without its map
    is_withdrawn = models.BooleanField(default=False)  # the same file was read anew under a better map

    def __str__(self) -> str:
        """The file's name."""
        return self.name


class Slice(models.Model):
    """One Huawei account's cycle as one batch carries it: the unit that a newer batch replaces."""

    wall: ClassVar[Wall] = Wall.STAFF

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="slices")
    account_id = models.CharField(max_length=128)
    cycle = models.CharField(max_length=7)
    rows = models.BigIntegerField()
    list_cost = models.JSONField(default=dict)  # currency -> exact sum
    has_refunds = models.BooleanField()
    is_refused = models.BooleanField(default=False)
    is_final = models.BooleanField(default=False)
    as_of = models.DateField(null=True)
    data_through = models.DateTimeField(null=True)

    class Meta:
        """Looked up by cycle and by account."""

        indexes: ClassVar = [models.Index(fields=["cycle", "account_id"])]

    def __str__(self) -> str:
        """Account and cycle."""
        return f"{self.account_id} {self.cycle}"


class SavedMap(models.Model):
    """One version of a column map. A change is a new version; what a file was read by lands with the file."""

    wall: ClassVar[Wall] = Wall.STAFF

    name = models.CharField(max_length=64)
    version = models.IntegerField()
    body = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=254)

    class Meta:
        """A map has each version once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "version"], name="one_map_version")]

    def __str__(self) -> str:
        """The map's name."""
        return f"{self.name} v{self.version}"


class Upload(models.Model):
    """A file on its way in: looked at, mapped, previewed, accepted. Its number is random; it lives for a day."""

    wall: ClassVar[Wall] = Wall.STAFF

    id = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    state = models.CharField(max_length=16)
    columns = models.JSONField(null=True)
    body = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)

    def __str__(self) -> str:
        """The file's name."""
        return self.name


class BatchFinding(models.Model):
    """A finding of a batch, kept."""

    wall: ClassVar[Wall] = Wall.STAFF

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="findings")
    severity = models.CharField(max_length=8)
    account_id = models.CharField(max_length=128, blank=True)
    body = models.JSONField()

    def __str__(self) -> str:
        """The sentence."""
        return self.value.sentence

    @property
    def value(self) -> Finding:
        """The finding as it was made."""
        return read_finding(self.body)


class Fetched(models.Model):
    """Objects of a store that arrived before: unchanged in place, size and tag, they need not be fetched again."""

    wall: ClassVar[Wall] = Wall.STAFF

    fingerprint = models.CharField(max_length=64, unique=True)
    sha256 = models.CharField(max_length=64)  # of the bill that they made

    def __str__(self) -> str:
        """The bill's sha256."""
        return self.sha256
