"""Which files of the lake the catalogue refers to. Call it as staff."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max

from crossfoot.lake.files import LakeFile
from crossfoot.publish.models import BuyEdition, Edition, EditionFile, Publication


@dataclass(frozen=True)
class Kept:
    """A file of the lake, and whether the newest edition of its month needs it."""

    file: LakeFile
    is_current: bool


def list_kept() -> Iterator[Kept]:
    """Every file that any edition refers to, of lines, rollups and Buy; one that several share comes several times."""
    newest = {(customer, cycle, number) for customer, cycle, number in _newest_editions()}
    rows = EditionFile.objects.values_list(
        "path", "rows", "sha256", "edition__customer_id", "edition__cycle", "edition__number"
    )
    for path, count, sha256, *edition in rows.iterator():
        yield Kept(LakeFile(path, count, sha256), tuple(edition) in newest)
    newest = {(customer, cycle, number) for customer, cycle, number in _newest_buys()}
    buys = BuyEdition.objects.values_list("path", "rows", "sha256", "customer_key", "cycle", "number")
    for path, count, sha256, *edition in buys.iterator():
        yield Kept(LakeFile(path, count, sha256), tuple(edition) in newest)


def last_published() -> object:
    """The instant of the newest publication; None before the first."""
    return Publication.objects.aggregate(at=Max("published_at"))["at"]


def _newest_editions() -> Iterator[tuple[str, str, int]]:
    yield from Edition.objects.values_list("customer_id", "cycle").annotate(Max("number"))


def _newest_buys() -> Iterator[tuple[str, str, int]]:
    yield from BuyEdition.objects.values_list("customer_key", "cycle").annotate(Max("number"))
