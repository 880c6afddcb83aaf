"""Keeps the price book: imports rules as drafts, approves them, and tells which rules are in force."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from crossfoot.access.models import User
from crossfoot.access.rls import as_staff
from crossfoot.access.scope import scope_for
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.core.ids import is_safe_id
from crossfoot.core.period import DAY
from crossfoot.core.roles import Capability
from crossfoot.pricing.models import PriceRule
from crossfoot.pricing.rate import ACTIONS, Rule
from crossfoot.runtime.rows import read_rows

HEADER = ["rule_id", "valid_from", "valid_to", "customer_id", "service", "action", "value"]
PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
MAX_RULE_ID, MAX_SERVICE = 64, 200


@dataclass(frozen=True)
class Imported:
    """What an import of prices did."""

    new: tuple[str, ...]
    unchanged: int


def import_prices(path: Path, actor: str) -> Imported:
    """Import rules as drafts; the same file twice changes nothing.

    Raises:
        BadRequest: a row cannot be read; nothing of the file is imported.
    """
    rules = [_read_row(path.name, number, row) for number, row in enumerate(read_rows(path, HEADER), start=1)]
    if len({r.rule_id for r in rules}) != len(rules):
        raise BadRequest(f"{path.name} holds a rule_id twice: give each rule its own.")
    with as_staff():
        newest = {r.rule_id: r for r in PriceRule.objects.order_by("version")}
        fresh = [r for r in rules if r.rule_id not in newest or read_rule(newest[r.rule_id]) != r]
        for rule in fresh:
            old = newest.get(rule.rule_id)
            PriceRule.objects.create(
                rule_id=rule.rule_id,
                version=old.version + 1 if old else 1,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
                customer_key=rule.customer,
                service=rule.service,
                action=rule.action,
                value=rule.value,
                imported_at=now(),
                imported_by=actor,
            )
        record(Action.PRICES_IMPORTED, actor, file=path.name, rules=[r.rule_id for r in fresh])
    return Imported(tuple(r.rule_id for r in fresh), len(rules) - len(fresh))


def approve_prices(rule_id: str, person: User) -> tuple[str, ...]:
    """Approve the drafts of one rule, or of `all`; from then on they price. Only reseller finance may.

    Raises:
        NotPermitted: the person's role does not include it.
        NotFound: there is no such rule.
        BadRequest: two rules would speak about the same lines with the same weight.
    """
    scope_for(person).require(Capability.APPROVE_PRICES)
    with as_staff():
        drafts = PriceRule.objects.filter(approved_at=None)
        if rule_id != "all":
            if not PriceRule.objects.filter(rule_id=rule_id).exists():
                raise NotFound(f"There is no price rule {rule_id!r}: see the first column of the imported file.")
            drafts = drafts.filter(rule_id=rule_id)
        approved = tuple(sorted({d.rule_id for d in drafts}))
        drafts.update(approved_at=now(), approved_by=person.email)
        _refuse_clashes(list_rules())
        record(Action.PRICES_APPROVED, person.email, rules=approved)
    return approved


def list_rules() -> tuple[Rule, ...]:
    """The approved rules in force: of each rule its newest approved version. Call it as staff."""
    newest = {r.rule_id: r for r in PriceRule.objects.exclude(approved_at=None).order_by("rule_id", "version")}
    return tuple(read_rule(row) for row in newest.values())


def read_rule(row: PriceRule) -> Rule:
    """A stored rule as pricing reads it."""
    return Rule(
        rule_id=row.rule_id,
        action=row.action,
        value=row.value,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        customer=row.customer_key,
        service=row.service,
    )


def _refuse_clashes(rules: Iterable[Rule]) -> None:
    rules = sorted(rules, key=lambda r: (r.action, r.customer, r.service, r.valid_from))
    for one, two in pairwise(rules):
        same = (one.action, one.customer, one.service) == (two.action, two.customer, two.service)
        if same and (one.valid_to is None or two.valid_from < one.valid_to):
            raise BadRequest(
                f"Rules {one.rule_id} and {two.rule_id} speak about the same lines from {two.valid_from}: "
                "end the first with valid_to, or name a customer or service in one of them. Nothing was approved."
            )


def _read_row(file: str, number: int, row: dict[str, str]) -> Rule:
    where = f"{file}, row {number}"
    try:
        rule = Rule(
            value=_percent(row["value"]),
            rule_id=row["rule_id"].strip(),
            action=row["action"].strip(),
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]) if row["valid_to"].strip() else None,
            customer=row["customer_id"].strip(),
            service=row["service"].strip(),
        )
    except (ValueError, TypeError):
        raise BadRequest(
            f"{where} cannot be read: dates are written 2026-10-01, the value is a percent of List "
            "such as 90 or 87.5 with at most 6 decimals. Nothing of the file was imported."
        ) from None
    _check(where, rule)
    return rule


def _percent(text: str) -> Decimal:
    if not PERCENT.fullmatch(text.strip() if text else ""):
        raise ValueError(text)
    return Decimal(text.strip())


def _day(text: str) -> date:
    if not DAY.match(text.strip()):
        raise ValueError(text)
    return date.fromisoformat(text.strip())


def _check(where: str, rule: Rule) -> None:
    if not rule.rule_id or rule.action not in ACTIONS:
        raise BadRequest(f"{where}: name the rule, and an action of {', '.join(ACTIONS)}.")
    if len(rule.rule_id) > MAX_RULE_ID or not rule.rule_id.isprintable():
        raise BadRequest(f"{where}: a rule_id has up to {MAX_RULE_ID} printed characters, not {rule.rule_id[:99]!r}.")
    if rule.customer and not is_safe_id(rule.customer):
        raise BadRequest(
            f"{where}: a customer_id has up to 64 letters, digits, - and _, not {rule.customer[:99]!r}; empty means all."
        )
    if len(rule.service) > MAX_SERVICE or not rule.service.isprintable():
        raise BadRequest(f"{where}: a service has up to {MAX_SERVICE} printed characters; empty means all.")
    if rule.valid_to and rule.valid_to <= rule.valid_from:
        raise BadRequest(f"{where}: valid_to is the first day that is out and must lie after valid_from.")
