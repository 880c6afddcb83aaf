"""Whether something is what this portal handed out, and whether it is still the newest (docs/commands.md).

By the bytes first: a file whose sha256 is remembered is genuine. A file that bears a known id but has other bytes was
altered. An id alone tells that such a result was handed out, not that a file is whole.
"""

from dataclasses import dataclass
from enum import StrEnum

from crossfoot.deliver.claim import Claim
from crossfoot.deliver.kept import Known, known_of
from crossfoot.deliver.models import Export
from crossfoot.publish.plan import newest_numbers


class Word(StrEnum):
    """The verdict."""

    GENUINE = "genuine"
    SUPERSEDED = "superseded"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Newer:
    """A month of the file that has a newer edition than the one it was made from."""

    cycle: str
    edition: int
    newest: int


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The word, what is known, and which months have newer editions. `by_bytes`: a file or its sha256 was looked at."""

    word: Word
    known: Known | None = None
    newer: tuple[Newer, ...] = ()
    by_bytes: bool = False

    @property
    def words(self) -> str:
        """The verdict as the command line writes it: `superseded by edition 2 of 2026-10`."""
        if self.word is not Word.SUPERSEDED:
            return self.word.value
        return "superseded by " + ", ".join(f"edition {n.newest} of {n.cycle}" for n in self.newer)


def verify(claim: Claim, customer: str) -> Verdict:
    """Judge a claim among the exports of a customer; '' means of all that the database role sees.

    Call it within a scope, with the scope's customer, or as staff.
    """
    by_bytes = bool(claim.sha256)
    found = _find(customer, sha256=claim.sha256) if claim.sha256 else None
    if found is None and claim.id:
        found = _find(customer, result=claim.id)
        if found and by_bytes:
            return Verdict(word=Word.ALTERED, known=known_of(found), by_bytes=True)
    if found is None:
        return Verdict(word=Word.UNKNOWN, by_bytes=by_bytes)
    newer = _newer(found)
    word = Word.SUPERSEDED if newer else Word.GENUINE
    return Verdict(word=word, known=known_of(found), newer=newer, by_bytes=by_bytes)


def _find(customer: str, **what: str) -> Export | None:
    exports = Export.objects.filter(**what).order_by("made_at", "pk")
    return (exports.filter(customer_key=customer) if customer else exports).first()


def _newer(export: Export) -> tuple[Newer, ...]:
    used = {str(e["cycle"]): int(e["edition"]) for e in export.editions}
    newest = newest_numbers(export.customer_key, list(used))
    return tuple(Newer(c, used[c], newest[c]) for c in sorted(used) if newest.get(c, 0) > used[c])
