"""Seals entries into a hash chain and verifies it. One sealer at a time; requests never wait for it.

A head signed with a key of the home names the last seal, so cutting the tail shows; entries newer than it are the
unsealed tail, which `verify` counts.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from django.db import connection

from crossfoot.audit.models import Entry, Head, Seal
from crossfoot.core.clock import instant
from crossfoot.core.ids import canonical_json

LOCK = 0x5EA1
GENESIS = "0" * 64
BATCH = 5000


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found."""

    sealed: int
    unsealed: int
    fault: str = ""


def seal(key: str) -> int:
    """Chain the entries that have no seal yet; returns how many. Does nothing while another sealer is at work.

    Call it as staff: the lock ends with the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        row = cursor.fetchone()
    if not row or not row[0]:
        return 0
    last = Seal.objects.order_by("-number").first()
    number, previous = (last.number, last.hash) if last else (0, GENESIS)
    fresh = []
    for entry in _unsealed(last.entry_id if last else 0):
        number, previous = number + 1, link(previous, entry)
        fresh.append(Seal(number=number, entry_id=entry.pk, hash=previous))
    if fresh:
        Seal.objects.bulk_create(fresh)
        Head.objects.all().delete()
        Head.objects.create(number=number, hash=previous, signature=_sign(key, number, previous))
    return len(fresh)


def link(previous: str, entry: Entry) -> str:
    """The hash of an entry after the one before it."""
    body = [entry.pk, instant(entry.at), entry.actor, entry.action, entry.customer, entry.detail]
    return sha256(previous.encode() + canonical_json(body)).hexdigest()


def verify(key: str) -> Verdict:
    """Walk the whole chain from its first entry; the fault names the first bad one. Call it as staff."""
    number, previous = 0, GENESIS
    for seal_, entry in _sealed():
        number += 1
        if seal_.number != number:
            return Verdict(number - 1, _tail(), f"Seal {number} is missing: the chain was cut or reordered there.")
        if entry is None:
            return Verdict(number - 1, _tail(), f"Entry {seal_.entry_id} (seal {number}) was deleted.")
        previous = link(previous, entry)
        if previous != seal_.hash:
            return Verdict(number - 1, _tail(), f"Entry {seal_.entry_id} (seal {number}) was changed.")
    return Verdict(number, _tail(), _head_fault(key, number, previous))


def _sealed() -> Iterator[tuple[Seal, Entry | None]]:
    """Every seal with its entry, in the order of the chain; a query for each batch, not for each entry."""
    seals = Seal.objects.order_by("number").iterator(BATCH)
    while batch := list(islice(seals, BATCH)):
        entries = Entry.objects.in_bulk([seal_.entry_id for seal_ in batch])
        yield from ((seal_, entries.get(seal_.entry_id)) for seal_ in batch)


def _head_fault(key: str, number: int, previous: str) -> str:
    head = Head.objects.first()
    if head is None:
        return "" if number == 0 else "The signed head is missing: the end of the chain cannot be trusted."
    if not hmac.compare_digest(head.signature, _sign(key, head.number, head.hash)):
        return "The head of the chain was not signed by this installation."
    if (head.number, head.hash) != (number, previous):
        return f"The chain ends at seal {number}, but seal {head.number} was signed: the tail was cut."
    return ""


def _unsealed(after: int) -> Iterator[Entry]:
    # Ids may commit out of order, so "newer than the last" is not enough: look for every entry without a seal.
    recent = max(after - BATCH, 0)
    sealed = Seal.objects.filter(entry_id__gt=recent).values("entry_id")
    yield from Entry.objects.filter(pk__gt=recent).exclude(pk__in=sealed).order_by("pk").iterator(BATCH)


def _tail() -> int:
    return Entry.objects.count() - Seal.objects.count()


def _sign(key: str, number: int, digest: str) -> str:
    return hmac.new(key.encode(), f"{number}:{digest}".encode(), sha256).hexdigest()
