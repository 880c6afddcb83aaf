"""Files that left the house."""

from typing import ClassVar

from django.db import models

from crossfoot.core.walls import Wall


class Export(models.Model):
    """A file as it was handed out. `result` is the id that its name bears."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    wall_column: ClassVar[str] = "customer_key"
    customer_owned: ClassVar[bool] = True

    customer_key = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    result = models.CharField(max_length=32)
    report = models.CharField(max_length=64)
    format = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    editions = models.JSONField()
    question = models.JSONField(default=dict)  # none for files of before it was remembered

    class Meta:
        """The same bytes are remembered once per customer."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["customer_key", "sha256"], name="one_export")]

    def __str__(self) -> str:
        """The result's id."""
        return f"{self.report} {self.result}"


class ExportJob(models.Model):
    """A file too large to be made while its reader waits. Its number is random; it and its file live for 30 days.

    `question` is the address's pairs, pinned to an instant; `mark` stands for the scope it was asked under, which is
    asked again when the file is made and whenever it is fetched.
    """

    wall: ClassVar[Wall] = Wall.CUSTOMER
    wall_column: ClassVar[str] = "customer_key"
    customer_owned: ClassVar[bool] = True

    id = models.CharField(primary_key=True, max_length=32)
    customer_key = models.CharField(max_length=64)
    report = models.CharField(max_length=64)
    format = models.CharField(max_length=16)
    question = models.JSONField()
    asked_by = models.CharField(max_length=254)
    token = models.CharField(max_length=16, blank=True)  # the id of the API token through which it was asked for
    mark = models.CharField(max_length=64)
    state = models.CharField(max_length=16)
    rows = models.BigIntegerField()
    rows_done = models.BigIntegerField(default=0)
    sentence = models.TextField(blank=True)
    result = models.CharField(max_length=32, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    touched_at = models.DateTimeField()

    class Meta:
        """A person's own are listed and counted."""

        indexes: ClassVar = [models.Index(fields=["asked_by", "state"], name="exports_of_a_person")]

    def __str__(self) -> str:
        """The report and the number."""
        return f"{self.report} {self.id}"
