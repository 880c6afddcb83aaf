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
    format = models.CharField(max_length=8)
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
