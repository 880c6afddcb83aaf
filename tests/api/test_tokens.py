"""A3 for tokens: made within the owner's scope, shown once, asked about at every request, and never wider than their owner."""

from datetime import timedelta

import pytest
from django.db import connections

from crossfoot.access.models import ApiToken, Grant, User
from crossfoot.access.rls import as_staff
from crossfoot.access.scope import scope_for
from crossfoot.access.tokens import add_token, list_tokens, revoke_token
from crossfoot.audit.models import Entry
from crossfoot.core.clock import now, today
from crossfoot.core.errors import BadRequest, CrossfootError, NotFound, NotPermitted
from crossfoot.core.roles import Role
from tests.api.asking import ask, token_for
from tests.portal import LIST_X_1, Portal, line

USAGE = "/api/v1/reports/usage-to-cost?period=2026-10&by=account"
TOMORROW = today() + timedelta(days=1)


@pytest.fixture
def alpha(portal: Portal) -> Portal:
    """Alpha has 11.11 on acct-a1 and 22.22 on acct-a2; Beta 77.77."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    cells = [("acct-a1", "11.11", "red"), ("acct-a2", "22.22", "blue"), ("acct-b1", "77.77", "red")]
    lines = [line(account, "2026-10-03", cost, enterprise_project_id=project) for account, cost, project in cells]
    portal.ingest(portal.bill("customerBill_202610.tar.gz", lines))
    portal.publish()
    return portal


def ada(portal: Portal, **scope: list[str]) -> User:
    return portal.person("ada", Role.CUSTOMER_ADMIN, "C0001", **scope)


def acts(action: str) -> list[dict[str, object]]:
    with as_staff():
        return list(Entry.objects.filter(action=action).order_by("pk").values("actor", "customer", "detail"))


def test_the_secret_is_nowhere_in_the_database(alpha: Portal) -> None:
    made = add_token(ada(alpha), name="warehouse", last_day=TOMORROW)
    assert made.secret.startswith(f"cft_{made.token.id}_")
    assert len(made.secret.rpartition("_")[2]) >= 42 or len(made.secret) == len("cft_") + 10 + 1 + 43
    chance = made.secret.removeprefix(f"cft_{made.token.id}_")
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT t::text FROM access_apitoken t UNION ALL SELECT e::text FROM audit_entry e")
        told = " ".join(row for (row,) in cursor.fetchall())
    connections["owner"].close()
    assert made.token.id in told
    assert chance not in told


def test_the_log_says_made_used_once_a_day_and_revoked(alpha: Portal) -> None:
    owner = ada(alpha)
    made = add_token(owner, name="warehouse", last_day=TOMORROW, accounts=["acct-a2"])
    for _ in range(3):
        assert ask(made.secret, USAGE).status == 200
    revoke_token(scope_for(owner), made.token.id)
    revoke_token(scope_for(owner), made.token.id)
    (born,) = acts("token:made")
    assert (born["actor"], born["customer"]) == ("ada@example.com", "C0001")
    assert born["detail"] == {
        "token": made.token.id,
        "name": "warehouse",
        "last_day": TOMORROW.isoformat(),
        "accounts": ["acct-a2"],
        "projects": [],
    }
    assert [one["detail"] for one in acts("token:used")] == [{"token": made.token.id}]
    assert len(acts("token:revoked")) == 1
    assert [one["detail"]["token"] for one in acts("report:exported")] == [made.token.id] * 3


def test_a_token_reads_as_its_owner_or_less(alpha: Portal) -> None:
    owner = ada(alpha)
    assert "33.33" in ask(token_for(owner), USAGE).text
    narrow = ask(token_for(owner, accounts=["acct-a2"]), USAGE).text
    assert '"billed_cost": "22.22"' in narrow
    assert "11.11" not in narrow
    assert "acct-a1" not in narrow
    assert "11.11" not in ask(token_for(owner, projects=["blue"]), USAGE).text
    for secret in (token_for(owner), token_for(owner, accounts=["acct-a1"])):
        foreign = ask(secret, f"{USAGE}&customer=C0002")
        assert foreign.status == 404
        assert "77.77" not in foreign.text


def test_a_resellers_token_reads_the_customer_it_names_or_each(alpha: Portal) -> None:
    one, every = token_for(alpha.dana, customer="C0001"), token_for(alpha.dana)
    assert "33.33" in ask(one, USAGE).text
    assert ask(one, f"{USAGE}&customer=C0002").status == 404
    assert "77.77" in ask(every, f"{USAGE}&customer=C0002").text
    assert ask(every, USAGE).status == 422
    assert ask(every, f"{USAGE}&customer=C9999").status == 404


@pytest.mark.parametrize("what", ["revoked", "expired", "disabled", "viewer", "deleted"])
def test_the_next_request_is_refused(alpha: Portal, what: str) -> None:
    owner = ada(alpha)
    made = add_token(owner, name="warehouse", last_day=TOMORROW)
    assert ask(made.secret, USAGE).status == 200
    if what == "revoked":
        revoke_token(scope_for(owner), made.token.id)
    elif what == "expired":
        ApiToken.objects.update(last_day=today() - timedelta(days=1))
    elif what == "disabled":
        User.objects.filter(pk=owner.pk).update(is_active=False)
    elif what == "viewer":
        User.objects.filter(pk=owner.pk).update(role=Role.CUSTOMER_VIEWER)
    else:
        owner.delete()
    refused = ask(made.secret, USAGE)
    assert refused.status == 401
    assert "33.33" not in refused.text
    assert len(acts("access:refused")) == (what != "deleted")


def test_a_narrowed_owner_narrows_the_token_at_once(alpha: Portal) -> None:
    owner = ada(alpha)
    whole, first = token_for(owner), token_for(owner, accounts=["acct-a1"])
    assert "11.11" in ask(first, USAGE).text
    with as_staff():
        Grant.objects.create(user=owner, kind="account", value="acct-a2")
    assert "11.11" not in ask(whole, USAGE).text
    assert "22.22" in ask(whole, USAGE).text
    nothing_left = ask(first, USAGE)
    assert nothing_left.status == 404
    assert "22.22" not in nothing_left.text


def test_an_owner_who_moves_to_another_customer_takes_no_token_along(alpha: Portal) -> None:
    owner = ada(alpha)
    secret = token_for(owner)
    User.objects.filter(pk=owner.pk).update(customer_key="C0002")
    for address in (USAGE, f"{USAGE}&customer=C0002", f"{USAGE}&customer=C0001"):
        assert ask(secret, address).status == 404


def test_a_wrong_secret_of_a_known_token_is_refused_and_logged(alpha: Portal) -> None:
    made = add_token(ada(alpha), name="warehouse", last_day=TOMORROW)
    for wrong in (made.secret[:-1], made.secret + "x", f"cft_{made.token.id}_x", made.secret.lower()):
        assert ask(wrong, USAGE).status == 401
    refused = acts("access:refused")
    assert {one["detail"]["token"] for one in refused} == {made.token.id}
    assert len(refused) >= 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 81},
        {"last_day": today() - timedelta(days=1)},
        {"last_day": today() + timedelta(days=367)},
        {"accounts": ["acct-b1"]},
        {"accounts": ["nosuch"]},
        {"projects": ["x" * 129]},
    ],
)
def test_what_cannot_be_made_is_refused_in_a_sentence(alpha: Portal, wrong: dict[str, object]) -> None:
    with pytest.raises(BadRequest) as refused:
        add_token(ada(alpha), **({"name": "x", "last_day": TOMORROW} | wrong))  # type: ignore[arg-type]
    assert len(refused.value.sentence) > 20
    assert not ApiToken.objects.exists()


def test_a_token_is_never_wider_than_a_narrowed_owner(alpha: Portal) -> None:
    owner = ada(alpha, accounts=["acct-a2"], projects=["blue"])
    for wider in ({"accounts": ["acct-a1"]}, {"projects": ["red"]}):
        with pytest.raises(BadRequest):
            add_token(owner, name="x", last_day=TOMORROW, **wider)  # type: ignore[arg-type]
    assert "11.11" not in ask(token_for(owner), USAGE).text


def test_who_has_tokens(alpha: Portal) -> None:
    for user in (alpha.alice, alpha.bob):
        with pytest.raises(NotPermitted):
            add_token(user, name="x", last_day=TOMORROW)
    with pytest.raises(NotFound):
        add_token(ada(alpha), name="x", last_day=TOMORROW, customer="C0002")
    with pytest.raises(NotFound):
        add_token(alpha.dana, name="x", last_day=TOMORROW, customer="C9999")
    with pytest.raises(BadRequest):
        add_token(alpha.dana, name="x", last_day=TOMORROW, accounts=["acct-a1"])


def test_an_administrator_ends_those_of_the_own_customer_and_nobody_elses(alpha: Portal) -> None:
    mine, colleague = ada(alpha), alpha.person("abe", Role.CUSTOMER_ADMIN, "C0001")
    of_reseller, of_beta = alpha.dana, alpha.person("bea", Role.CUSTOMER_ADMIN, "C0002")
    made = {who: add_token(who, name="x", last_day=TOMORROW).token.id for who in (mine, colleague, of_beta)}
    theirs = add_token(of_reseller, name="x", last_day=TOMORROW, customer="C0001").token.id
    scope = scope_for(mine)
    assert {token.id for token in list_tokens(scope)} == {made[mine], made[colleague]}
    assert [token.id for token in list_tokens(scope_for(of_reseller))] == [theirs]
    for foreign in (theirs, made[of_beta], "nosuch"):
        with pytest.raises(NotFound):
            revoke_token(scope, foreign)
    revoke_token(scope, made[colleague])
    assert ApiToken.objects.get(pk=made[colleague]).revoked_at <= now()
    narrowed = alpha.person("nan", Role.CUSTOMER_ADMIN, "C0001", accounts=["acct-a2"])
    assert list_tokens(scope_for(narrowed)) == ()


def test_nobody_has_more_than_fifty(alpha: Portal) -> None:
    owner = ada(alpha)
    for number in range(50):
        add_token(owner, name=f"program {number}", last_day=TOMORROW)
    with pytest.raises(CrossfootError, match="50 tokens"):
        add_token(owner, name="one more", last_day=TOMORROW)
