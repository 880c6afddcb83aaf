"""Who may do what, and how much of a customer a narrowed person sees, against sums worked out by hand."""

from collections import defaultdict
from contextlib import nullcontext
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossfoot.access.models import Grant, User
from crossfoot.access.register import add_person
from crossfoot.access.rls import as_staff
from crossfoot.access.scope import find_user, list_customers, scope_for
from crossfoot.billing.payable import list_payables
from crossfoot.core.errors import CrossfootError, NotFound, NotPermitted
from crossfoot.core.roles import Capability, Role, may
from crossfoot.deliver.files import make_file
from crossfoot.deliver.formats import FORMATS
from crossfoot.publish.close import list_months
from crossfoot.publish.lines import ROUNDING_NAME
from crossfoot.query.run import list_values, run
from crossfoot.reports.catalog import get_report
from crossfoot.reports.question import ask
from tests.portal import PASSWORD, Portal
from tests.walls.answers import everything, scope_of, tables
from tests.walls.house import ALPHA, BETA, BOTH, FINAL, GAMMA, NAMES, charges, people
from tests.walls.marks import HIDDEN, finds, marks_of

VIEWER, FINANCE, ADMIN = Role.CUSTOMER_VIEWER, Role.CUSTOMER_FINANCE, Role.CUSTOMER_ADMIN
SUPPORT, BOOKS, OPERATOR = Role.RESELLER_SUPPORT, Role.RESELLER_FINANCE, Role.RESELLER_OPERATOR
C, BOOKS_ALONE = Capability, "APPROVE_PRICES PUBLISH ACCEPT_FINDINGS KEEP_LEDGER READ_ALL_LEDGERS"
# product.md, People: who may do what. A capability that is not here is not allowed to anybody by accident.
MAY = {
    C.READ_REPORTS: set(Role),
    **{key: set(Role) - {VIEWER} for key in (C.EXPORT_REPORTS, C.READ_LEDGER)},
    **{key: {BOOKS, OPERATOR} for key in (C.READ_CLOSE, C.RENAME_SERVICES, C.UPLOAD_FILES)},
    **{C[key]: {BOOKS} for key in BOOKS_ALONE.split()},
    C.READ_DATA_HEALTH: {SUPPORT, BOOKS, OPERATOR},
    C.WRITE_KNOWN_ISSUES: {SUPPORT},
    C.USE_TOKENS: {ADMIN, SUPPORT, BOOKS, OPERATOR},
}
KEYS = ("account", "project", "service", "day", "month", "region", "resource", "bill_type", "charge_category")


def test_what_each_role_may_do() -> None:
    assert {c: {role for role in Role if may(role, c)} for c in Capability} == MAY


def test_a_role_without_the_capability_is_refused(house: Portal) -> None:
    for user in people(house).values():
        scope = scope_of(user)
        for capability in Capability:
            refused = pytest.raises(NotPermitted, match="Your role")
            with nullcontext() if scope.role in MAY[capability] else refused:
                scope.require(capability)


def test_a_customers_person_cannot_read_the_close(house: Portal) -> None:
    for name, user in people(house).items():
        scope = scope_of(user)
        if name in {"dana", "frank"}:
            assert {m.customer for m in list_months(scope)} == set(NAMES)
        else:
            with pytest.raises(NotPermitted):
                list_months(scope)


# Foreign, absent and switched off all look the same


def refusal(user: User, customer: str) -> tuple[type, str]:
    with pytest.raises(CrossfootError) as caught:
        scope_for(user, customer)
    return type(caught.value), caught.value.sentence


@pytest.mark.parametrize("name", ["alice", "bob", "ada", "pia"])
def test_a_foreign_customer_looks_like_one_that_is_not_there(house: Portal, name: str) -> None:
    user = people(house)[name]
    kind, absent = refusal(user, "C9999")
    assert kind is NotFound
    for foreign in (BETA, GAMMA, "c0001", "C0001 ", "C0001\x00", " C0001", "C0001/", "../C0001", "%", "*", "C000_"):
        kind, sentence = refusal(user, foreign)
        assert kind is NotFound
        assert sentence == absent.replace("'C9999'", repr(foreign))
    assert not finds(marks_of(charges(customer=BETA)), absent)


@pytest.mark.parametrize("wanted", ["C9999", "c0002", "C0002\x00", "C0002'--", "", "%"])
def test_the_reseller_finds_customers_by_their_exact_id(house: Portal, wanted: str) -> None:
    if not wanted:
        assert scope_for(house.dana).customer == ""
        return
    kind, sentence = refusal(house.dana, wanted)
    assert (kind, sentence) == (NotFound, f"There is no customer {wanted!r} here.")


def test_a_person_who_is_switched_off_has_no_scope(house: Portal) -> None:
    zoe = house.person("zoe", Role.CUSTOMER_ADMIN, ALPHA)
    zoe.is_active = False
    try:
        sentences = {refusal(zoe, customer) for customer in ("", ALPHA, BETA, "C9999")}
        assert len(sentences) == 1
        assert sentences.pop()[0] is NotFound
        zoe.save()
        with pytest.raises(NotFound):
            find_user(zoe.email)
    finally:
        zoe.delete()


def test_nobody_changes_a_scope_once_it_is_made(house: Portal) -> None:
    scope = scope_of(house.bob)
    with pytest.raises(AttributeError):
        scope.customer = BETA  # type: ignore[misc]
    with pytest.raises(AttributeError):
        scope.accounts = ()  # type: ignore[misc]


# Narrowed people


@pytest.mark.parametrize("name", ["bob", "pia"])
def test_a_narrowed_viewer_is_told_nothing_beyond_the_grant(house: Portal, name: str) -> None:
    mine = {"bob": charges(account="acct-a2"), "pia": charges(account="acct-a1")}[name]
    others = marks_of(charges(account="acct-a2")) if name == "pia" else HIDDEN
    told = b""
    for label, data in everything(people(house)[name]):
        assert finds(others, data) == [], label
        assert b"zqAone-project-blue" not in data, label
        told += data
    assert finds(marks_of(mine), told)


@pytest.mark.parametrize("name", ["bob", "pia"])
def test_a_narrowed_viewer_never_meets_what_belongs_to_the_whole_customer(house: Portal, name: str) -> None:
    assert any(ROUNDING_NAME.encode() in data for _, data in everything(house.alice))
    user = people(house)[name]
    for label, data in everything(user):
        assert ROUNDING_NAME.encode() not in data, label
    assert list_payables(scope_of(user)) == ()
    assert list_payables(scope_of(house.alice)) != ()
    for _, table in tables(scope_of(user)):
        assert any("granted to you" in warning for warning in table.meta.warnings)


def expected(lines, key: str) -> dict[str | None, Decimal]:
    """Cost by one dimension: the lines, filtered and added up by hand."""
    words = {"account": lambda c: c.account, "project": lambda c: c.project, "day": lambda c: c.day}
    words |= {"month": lambda c: c.cycle, "service": lambda c: c.cells["cloud_service_type_name"]}
    words |= {"region": lambda c: c.cells["region"], "resource": lambda c: c.cells["resource_id"]}
    words |= {"bill_type": lambda _: "5", "charge_category": lambda _: "Usage"}
    found: dict[str | None, Decimal] = defaultdict(Decimal)
    for one in lines:
        found[words[key](one)] += one.billed
    return dict(found)


GRANTS = st.tuples(
    st.sets(st.sampled_from(["acct-a1", "acct-a2", "acct-b1", "no-such-account"]), max_size=3),
    st.sets(st.sampled_from(["zqAone-project-red", "zqAone-project-blue", "zqAtwo-project-red", "zqBone-project-red"])),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grants=GRANTS, key=st.sampled_from(KEYS), cycle=st.sampled_from([BOTH, FINAL]))
def test_any_scope_sees_the_lines_that_lie_in_it(house: Portal, grants, key: str, cycle: str) -> None:
    accounts, projects = grants
    user = narrowed(house, accounts, projects)
    mine = [
        c
        for c in charges(customer=ALPHA)
        if (not accounts or c.account in accounts) and (not projects or c.project in projects)
        if c.cycle in cycle or cycle == BOTH
    ]
    rounding = Decimal(0) if accounts or projects else rounding_of(charges(customer=ALPHA, cycle=FINAL))
    sums = expected(mine, key)
    if rounding:  # it has no account, service or place; it stands on the last day of its month
        own = {"day": "2026-10-31", "month": FINAL, "charge_category": "Adjustment"}.get(key)
        sums[own] = sums.get(own, Decimal(0)) + rounding
    table = house.table("usage-to-cost", user, by=[key], period=cycle, digits="exact")
    assert {row[key]: Decimal(row["billed_cost"]) for row in table.rows()} == sums
    total = sum((Decimal(t["billed_cost"]) for t in table.totals), Decimal(0))
    assert total == sum(sums.values(), Decimal(0))
    lines = house.table("charges", user, period=cycle)
    assert sum((Decimal(row["billed_cost"]) for row in lines.rows()), Decimal(0)) == total
    assert lines.meta.row_count == len(list(lines.rows())) == len(mine) + bool(rounding)


def narrowed(house: Portal, accounts: set[str], projects: set[str]) -> User:
    """Vic, with these grants and no others."""
    vic = house.person("vic", Role.CUSTOMER_VIEWER, ALPHA)
    with as_staff():
        vic.grants.all().delete()
        Grant.objects.bulk_create(
            [Grant(user=vic, kind="account", value=v) for v in sorted(accounts)]
            + [Grant(user=vic, kind="project", value=v) for v in sorted(projects)]
        )
    return vic


def rounding_of(lines) -> Decimal:
    exact = sum((c.billed for c in lines), Decimal(0))
    return exact.quantize(Decimal("0.01")) - exact


def test_a_filter_never_widens_a_grant(house: Portal) -> None:
    for filters in ({"account": ["acct-a1"]}, {"account": ["acct-b1"]}, {"project": ["zqAone-project-red", "(none)"]}):
        if "account" in filters:
            table = house.table("charges", house.bob, period=BOTH, filters=filters)
            assert (list(table.rows()), table.totals, table.meta.row_count) == ([], (), 0)
        else:
            table = house.table("charges", house.bob, period=BOTH, filters=filters)
            assert {row["account"] for row in table.rows()} == {"acct-a2"}


def test_an_older_edition_obeys_todays_grants(house: Portal) -> None:
    table = house.table("charges", house.bob, period=BOTH)
    at = table.meta.published_at.isoformat()
    assert {row["account"] for row in house.table("charges", house.bob, period=BOTH, as_of=at).rows()} == {"acct-a2"}


# The next question obeys


def test_changed_grants_role_and_customer_hold_with_the_next_question(house: Portal) -> None:
    vic = narrowed(house, {"acct-a1"}, set())
    assert set(house.sums(vic, "account", period=FINAL)) == {"acct-a1"}
    narrowed(house, {"acct-a2"}, set())
    assert set(house.sums(vic, "account", period=FINAL)) == {"acct-a2"}
    narrowed(house, {"acct-a2"}, {"zqAtwo-project-red"})
    assert set(house.sums(vic, "project", period=FINAL)) == {"zqAtwo-project-red"}
    with as_staff():
        User.objects.filter(pk=vic.pk).update(customer_key=BETA, role=FINANCE)
        vic.grants.all().delete()
    assert set(house.sums(vic, "account", period=FINAL)) == {"acct-b1", None}
    assert [c.id for c in list_customers(scope_for(find_user(vic.email)))] == [BETA]
    with as_staff():
        User.objects.filter(pk=vic.pk).update(is_active=False)
    with pytest.raises(NotFound):
        house.sums(vic, "account", period=FINAL)
    vic.delete()


def test_adding_a_person_again_sets_the_scope_anew(house: Portal) -> None:
    add_person("wim@example.com", VIEWER, password=PASSWORD, actor="test", customer=ALPHA, accounts=["acct-a1"])
    wim = add_person(
        "wim@example.com", VIEWER, password=PASSWORD, actor="test", customer=ALPHA, projects=["zqAtwo-project-red"]
    )
    scope = scope_of(wim)
    assert (scope.accounts, scope.projects) == ((), ("zqAtwo-project-red",))
    wim.delete()


# What leaves the house


@pytest.mark.parametrize("name", ["bob", "pia"])
def test_a_viewer_takes_no_file(house: Portal, name: str) -> None:
    user = people(house)[name]
    for _, table in tables(scope_of(user), FINAL):
        for fmt in (one.key for one in FORMATS):
            with pytest.raises(NotPermitted, match="Your role"):
                make_file(table, fmt, scope_of(user), house.home)
    assert not list(house.home.tmp.glob("export-*"))


def test_a_customers_person_without_a_customer_sees_nothing(house: Portal) -> None:
    """A row that should not exist: a customer's role and no customer."""
    lost = User(email="lost@example.com", role=FINANCE, customer_key="")
    lost.save()
    try:
        assert list_customers(scope_for(lost)) == ()
        with pytest.raises(CrossfootError):
            house.table("charges", lost, period=BOTH)
        with pytest.raises(NotFound):
            scope_for(lost, ALPHA)
    finally:
        lost.delete()


def test_an_unknown_role_is_nobody(house: Portal) -> None:
    odd = User(email="odd@example.com", role="superuser", customer_key="")
    with pytest.raises(ValueError, match="superuser"):
        scope_for(odd)


def test_the_resellers_own_scope_reads_no_customers_report(house: Portal) -> None:
    scope = scope_of(house.dana)
    for key in ("usage-to-cost", "charges"):
        question = ask(get_report(key, scope.role), scope.role, period=BOTH)
        with pytest.raises(CrossfootError, match="Name the customer"):
            run(question.report, question, scope)
        for dimension in question.report.filters:
            assert list_values(dimension, question, scope) == []


def test_scope_is_not_printed_with_anything_secret(house: Portal) -> None:
    assert PASSWORD not in repr(scope_of(house.alice))
