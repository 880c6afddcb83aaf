"""Writes down an act: who, what, whose. One plain INSERT in the caller's transaction; sealing comes later."""

import json
from enum import StrEnum

from django.db import connection

from crossfoot.core.clock import now


class Action(StrEnum):
    """Every act that is recorded, as `subject:act`, in alphabetical order."""

    ACCESS_REFUSED = "access:refused"
    ALLOCATION_UNDONE = "allocation:undone"
    BATCH_ACCEPTED = "batch:accepted"
    BATCH_REFUSED = "batch:refused"
    COLUMN_MAP_SAVED = "column-map:saved"
    CUSTOMERS_IMPORTED = "customers:imported"
    DOCUMENT_VOIDED = "document:voided"
    EDITION_PUBLISHED = "edition:published"
    ENTITIES_IMPORTED = "entities:imported"
    EXPORT_ASKED = "export:asked"
    EXPORT_FETCHED = "export:fetched"
    FILE_UPLOADED = "file:uploaded"
    FILE_VERIFIED = "file:verified"
    FINDING_ACCEPTED = "finding:accepted"
    FINDING_WITHDRAWN = "finding:withdrawn"
    HOME_BACKED_UP = "home:backed-up"
    HOME_RESTORED = "home:restored"
    INVOICES_IMPORTED = "invoices:imported"
    KNOWN_ISSUE_ADDED = "known-issue:added"
    LOG_RENEWED = "log:renewed"
    MONTH_BLOCKED = "month:blocked"
    PAYMENTS_IMPORTED = "payments:imported"
    PAYMENT_ALLOCATED = "payment:allocated"
    PERSON_ADDED = "person:added"
    PERSON_SIGNED_IN = "person:signed-in"
    PRICES_APPROVED = "prices:approved"
    PRICES_IMPORTED = "prices:imported"
    REPORT_EXPORTED = "report:exported"
    REPORT_VIEWED = "report:viewed"
    SERVICE_RENAMED = "service:renamed"
    TOKEN_MADE = "token:made"  # noqa: S105 - an act, no password
    TOKEN_REVOKED = "token:revoked"  # noqa: S105 - an act, no password
    TOKEN_USED = "token:used"  # noqa: S105 - an act, no password


def record(action: Action, actor: str, *, customer: str = "", **detail: object) -> None:
    """Add one entry. Runs under any role: all of them may append and none may change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (at, actor, action, customer, detail) VALUES (%s, %s, %s, %s, %s)",
            [now(), actor, action.value, customer, json.dumps(_storable(detail), default=str, sort_keys=True)],
        )


def _storable(value: object) -> object:
    """What an address carried can hold a NUL or half a surrogate pair, which jsonb refuses: a refusal is still logged."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {str(_storable(str(key))): _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list | tuple) else value
