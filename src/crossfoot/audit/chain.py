"""Seals entries into a hash chain and verifies it. One sealer at a time; requests never wait for it.

A head signed with a key of the home names the last seal, in the database and in a file of the home (witness.py), so
cutting the tail shows; entries newer than it are the unsealed tail, which `verify` counts.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from django.db import connection

from crossfoot.audit.models import Entry, Head, Seal
from crossfoot.audit.witness import End, Note, Witness
from crossfoot.core.clock import instant
from crossfoot.core.errors import Altered
from crossfoot.core.ids import canonical_json

LOCK = 0x5EA1
BATCH = 5000


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found."""

    sealed: int
    unsealed: int
    fault: str = ""


def seal(witness: Witness) -> int:
    """Chain the entries that have no seal yet; returns how many. Does nothing while another sealer is at work.

    Call it as staff: the lock ends with the transaction. `access.sealing` does, and settles the file afterwards.
    """
    if not _asks("SELECT pg_try_advisory_xact_lock(%s)"):
        return 0
    last = Seal.objects.order_by("-number").first()
    number, previous = (last.number, last.hash) if last else (0, End().hash)
    before, fresh = End(number, previous), []
    for entry in _unsealed(last.entry_id if last else 0):
        number, previous = number + 1, link(previous, entry)
        fresh.append(Seal(number=number, entry_id=entry.pk, hash=previous))
    note = witness.read()
    if fresh:
        Seal.objects.bulk_create(fresh)
        _put_head(witness, End(number, previous))
        if note and note.fits(before):  # a file that does not fit is evidence, and stays as it is
            witness.write(Note(before, End(number, previous)))
    elif note and note.following and note.fits(before):
        witness.write(Note(before))
    return len(fresh)


def link(previous: str, entry: Entry) -> str:
    """The hash of an entry after the one before it."""
    body = [entry.pk, instant(entry.at), entry.actor, entry.action, entry.customer, entry.detail]
    return sha256(previous.encode() + canonical_json(body)).hexdigest()


def verify(witness: Witness) -> Verdict:
    """Walk the whole chain from its first entry; the fault names the first bad one. Call it as staff."""
    end, fault = _walk()
    if not fault:
        fault = _head_fault(witness, end)
    if not fault:
        note = witness.read()
        at = Seal.objects.filter(number=note.head.number).first() if note else None
        fault = witness.fault(end, at.hash if at else None)
    return Verdict(end.number, _tail(), fault)


def renew(witness: Witness) -> int:
    """Sign the end of an unbroken chain anew and write the file again; returns its number. Call it as staff.

    Whoever calls it records the act and the reason: it forgets what the signed heads knew about a cut tail.

    Raises:
        Altered: the chain is broken, and no signature may cover that.
    """
    end, fault = _walk()
    if fault:
        raise Altered(fault)
    if end.number:
        _put_head(witness, end)
    witness.write(Note(end))
    return end.number


def _walk() -> tuple[End, str]:
    """The last good seal, and what is wrong after it. No sealer goes on meanwhile."""
    _asks("SELECT 1 FROM pg_advisory_xact_lock(%s)")
    end = End()
    for seal_, entry in _sealed():
        number = end.number + 1
        if seal_.number != number:
            return end, f"Seal {number} is missing: the chain was cut or reordered there."
        if entry is None:
            return end, f"Entry {seal_.entry_id} (seal {number}) was deleted."
        digest = link(end.hash, entry)
        if digest != seal_.hash:
            return end, f"Entry {seal_.entry_id} (seal {number}) was changed."
        end = End(number, digest)
    return end, ""


def _sealed() -> Iterator[tuple[Seal, Entry | None]]:
    """Every seal with its entry, in the order of the chain; a query for each batch, not for each entry."""
    seals = Seal.objects.order_by("number").iterator(BATCH)
    while batch := list(islice(seals, BATCH)):
        entries = Entry.objects.in_bulk([seal_.entry_id for seal_ in batch])
        yield from ((seal_, entries.get(seal_.entry_id)) for seal_ in batch)


def _head_fault(witness: Witness, end: End) -> str:
    head = Head.objects.first()
    if head is None:
        return "" if end.number == 0 else "The signed head is missing: the end of the chain cannot be trusted."
    signed = End(head.number, head.hash)
    if not hmac.compare_digest(head.signature, witness.sign(signed)):
        return "The head of the chain was not signed by this installation."
    if signed != end:
        return f"The chain ends at seal {end.number}, but seal {head.number} was signed: the tail was cut."
    return ""


def _put_head(witness: Witness, end: End) -> None:
    Head.objects.all().delete()
    Head.objects.create(number=end.number, hash=end.hash, signature=witness.sign(end))


def _unsealed(after: int) -> Iterator[Entry]:
    # Ids may commit out of order, so "newer than the last" is not enough: look for every entry without a seal.
    recent = max(after - BATCH, 0)
    sealed = Seal.objects.filter(entry_id__gt=recent).values("entry_id")
    yield from Entry.objects.filter(pk__gt=recent).exclude(pk__in=sealed).order_by("pk").iterator(BATCH)


def _tail() -> int:
    return Entry.objects.count() - Seal.objects.count()


def _asks(query: str) -> bool:
    """Ask for the sealer's lock, which lasts as long as the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(query, [LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])
