"""Imports customers and adds people; both can be repeated without harm."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from crossfoot.access.models import AccountOwner, Customer, Grant, User
from crossfoot.access.rls import as_staff
from crossfoot.audit.record import Action, record
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.core.ids import is_safe_id
from crossfoot.core.money import is_currency
from crossfoot.core.roles import Role
from crossfoot.runtime.rows import read_rows

LONGEST_NAME, LONGEST_ACCOUNT, LONGEST_PROJECT, LONGEST_ADDRESS = 200, 128, 128, 254
HEADER = ["customer_id", "name", "currency", "account_id", "valid_from", "valid_to"]


def import_customers(path: Path, actor: str) -> int:
    """Import customers and the accounts they own; the file's lines replace what it says about the accounts in it.

    Raises:
        BadRequest: a row cannot be read, or two customers own an account on the same day; nothing is imported.
    """
    rows = [_read_row(path.name, number, row) for number, row in enumerate(read_rows(path, HEADER), start=1)]
    with as_staff():
        for customer in {r[0].id: r[0] for r in rows}.values():
            known = Customer.objects.filter(id=customer.id).first()
            if known and known.currency != customer.currency:
                raise BadRequest(
                    f"{customer.id} is billed in {known.currency}; {path.name} says {customer.currency}. "
                    "A customer's currency does not change: add a new customer."
                )
            customer.save()
        AccountOwner.objects.filter(account_id__in={r[1].account_id for r in rows}).delete()
        unique = {(r[1].customer_id, r[1].account_id, r[1].valid_from): r[1] for r in rows}
        AccountOwner.objects.bulk_create(unique.values())
        _refuse_two_owners(path.name)
        record(Action.CUSTOMERS_IMPORTED, actor, file=path.name, rows=len(rows))
    return len(rows)


def add_person(  # noqa: PLR0913 - what a person is, all by name
    email: str,
    role: Role,
    *,
    password: str,
    actor: str,
    customer: str = "",
    accounts: Sequence[str] = (),
    projects: Sequence[str] = (),
) -> User:
    """Add a person, or set role, scope and password of a known one.

    Raises:
        BadRequest: role and customer do not fit, or the password is too weak.
        NotFound: there is no such customer.
    """
    if role.is_reseller and (customer or accounts or projects):
        raise BadRequest(f"The role {role} belongs to the reseller: it takes no customer, account or project.")
    if not role.is_reseller and not customer:
        raise BadRequest(f"The role {role} belongs to a customer: name it with --customer.")
    _check_address(email)
    if any(len(v) > LONGEST_ACCOUNT for v in accounts) or any(len(v) > LONGEST_PROJECT for v in projects):
        raise BadRequest("An account or a project has up to 128 characters: check what you granted.")
    with as_staff():
        if customer and not Customer.objects.filter(id=customer).exists():
            raise NotFound(f"There is no customer {customer!r}: import it first with `crossfoot customers import`.")
        user = User.objects.filter(email=email.lower()).first() or User(email=email.lower())
        user.role, user.customer_key, user.is_active = role.value, customer, True
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise BadRequest(" ".join(error.messages)) from None
        user.set_password(password)
        user.save()
        user.grants.all().delete()
        Grant.objects.bulk_create(
            [Grant(user=user, kind="account", value=v) for v in dict.fromkeys(accounts)]
            + [Grant(user=user, kind="project", value=v) for v in dict.fromkeys(projects)]
        )
        record(Action.PERSON_ADDED, actor, customer=customer, person=user.email, role=role.value)
    return user


def _check_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise BadRequest(f"{email!r} is not an e-mail address: write name@example.com.") from None
    if len(email) > LONGEST_ADDRESS:
        raise BadRequest(f"The address is longer than {LONGEST_ADDRESS} characters.")


def _read_row(file: str, number: int, row: dict[str, str]) -> tuple[Customer, AccountOwner]:
    try:
        customer_id, currency = row["customer_id"].strip(), row["currency"].strip().upper()
        customer = Customer(id=customer_id, name=row["name"].strip() or customer_id, currency=currency)
        owner = AccountOwner(
            customer_id=customer_id,
            account_id=row["account_id"].strip(),
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
    except (ValueError, TypeError, AttributeError):
        raise BadRequest(f"{file}, row {number} cannot be read: dates are written 2026-10-01 or left empty.") from None
    if not is_safe_id(customer_id):
        raise BadRequest(
            f"{file}, row {number}: a customer_id has up to 64 letters, digits, - and _, not {customer_id!r}."
        )
    if not owner.account_id or not is_currency(currency):
        raise BadRequest(f"{file}, row {number}: name an account_id, and a currency of ISO 4217 such as USD.")
    if len(customer.name) > LONGEST_NAME or len(owner.account_id) > LONGEST_ACCOUNT:
        raise BadRequest(f"{file}, row {number}: a name has up to 200 characters, an account_id up to 128.")
    if owner.valid_from and owner.valid_to and owner.valid_to <= owner.valid_from:
        raise BadRequest(f"{file}, row {number}: valid_to is the first day that is out and must lie after valid_from.")
    return customer, owner


def _refuse_two_owners(file: str) -> None:
    owners = sorted(AccountOwner.objects.all(), key=lambda o: (o.account_id, o.valid_from or date.min))
    for one, two in pairwise(owners):
        if one.account_id == two.account_id and (one.valid_to is None or (two.valid_from or date.min) < one.valid_to):
            raise BadRequest(
                f"{file}: account {one.account_id} would belong to {one.customer_id} and {two.customer_id} on the same "
                "day. Let valid_to of the first be valid_from of the second. Nothing was imported."
            )
