"""A3 and A6: the door. Signing in and out, forms, cookies, headers, and how little the door says to whom it keeps out."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from crossfoot.access.models import Grant, User
from crossfoot.access.rls import as_staff
from crossfoot.audit.models import Entry
from crossfoot.core.roles import Role
from tests.portal import PASSWORD, Portal
from tests.walls.browsers import HERE, TOKEN, assert_armoured, body, browser, looks, nobody, session_of
from tests.walls.house import ALPHA, BETA, BOTH
from tests.walls.marks import HIDDEN, finds
from tests.web.routes import ROUTES

REPORT = f"/c/{ALPHA}/usage-to-cost?period={BOTH}"


@pytest.fixture(autouse=True)
def _no_attempts() -> Iterator[None]:
    """Attempts to sign in are counted in the cache; each test starts with none."""
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post("/login", {"login": email, "password": password, **more})


@pytest.fixture
def ned(house: Portal) -> Iterator[User]:
    """A person of this test alone."""
    found = house.person("ned", Role.CUSTOMER_ADMIN, ALPHA)
    yield found
    User.objects.filter(pk=found.pk).delete()


# In and out


def test_signing_in_opens_and_signing_out_shuts(ned: User) -> None:
    client = nobody()
    assert client.get(REPORT).status_code == 302
    assert sign_in(client, ned.email)["Location"] == "/"
    assert client.get(REPORT).status_code == 200
    taken = session_of(client)
    assert client.post("/logout").status_code == 302
    assert client.get(REPORT).status_code == 302
    stolen = nobody(sessionid=taken)
    assert stolen.get(REPORT).status_code == 302
    assert stolen.get("/api/v1/reports/charges").status_code == 401


def test_signing_out_takes_a_post(ned: User) -> None:
    client = browser(ned)
    assert client.get("/logout").status_code == 405
    assert client.head("/logout").status_code == 405
    assert client.get(REPORT).status_code == 200


def test_signing_out_ends_this_session_and_no_other(ned: User) -> None:
    here, there = browser(ned), browser(ned)
    here.post("/logout")
    assert (here.get(REPORT).status_code, there.get(REPORT).status_code) == (302, 200)


def test_a_new_password_ends_every_session(ned: User) -> None:
    client = browser(ned)
    assert client.get(REPORT).status_code == 200
    ned.set_password("another long password here")
    ned.save()
    assert client.get(REPORT).status_code == 302


def test_role_customer_and_grants_hold_with_the_next_request(ned: User) -> None:
    client = browser(ned)
    taken = client.get(f"/c/{ALPHA}/charges.csv?period={BOTH}")
    assert (taken.status_code, bool(body(taken))) == (200, True)
    assert finds(HIDDEN, body(client.get(REPORT)))
    with as_staff():
        Grant.objects.create(user=ned, kind="account", value="acct-a2")
    assert not finds(HIDDEN, body(client.get(REPORT)))
    User.objects.filter(pk=ned.pk).update(role=Role.CUSTOMER_VIEWER)
    assert client.get(f"/c/{ALPHA}/charges.csv?period={BOTH}").status_code == 403
    User.objects.filter(pk=ned.pk).update(customer_key=BETA)
    assert client.get(REPORT).status_code == 404
    User.objects.filter(pk=ned.pk).update(is_active=False)
    assert client.get(REPORT).status_code == 302


def test_a_session_key_that_was_known_before_is_not_the_one_after(ned: User) -> None:
    """Fixation: the attacker gives the victim a session and waits."""
    client = nobody(sessionid="attackerattackerattackerattacker")
    client.get("/login")
    sign_in(client, ned.email)
    assert session_of(client) != "attackerattackerattackerattacker"
    assert client.get(REPORT).status_code == 200
    assert nobody(sessionid="attackerattackerattackerattacker").get(REPORT).status_code == 302


def test_another_person_in_the_same_browser_has_another_session(house: Portal, ned: User) -> None:
    client = nobody()
    sign_in(client, ned.email)
    first = session_of(client)
    client.post("/logout")
    sign_in(client, house.charlie.email)
    assert session_of(client) != first
    assert client.get(REPORT).status_code == 404
    assert nobody(sessionid=first).get(REPORT).status_code == 302


def test_the_way_in_leads_to_this_portal_only(ned: User) -> None:
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "https:evil"):
        response = sign_in(nobody(), ned.email, next=target)
        assert response["Location"] == "/", target
    assert sign_in(nobody(), ned.email, next="/c/C0001/charges")["Location"] == "/c/C0001/charges"


# Forms


def token(client: Client) -> str:
    found = TOKEN.search(client.get("/login").content.decode())
    assert found
    return found[0]


def test_a_form_of_somebody_elses_is_refused(ned: User) -> None:
    client = nobody(is_strict=True)
    assert sign_in(client, ned.email).status_code == 403
    client.get("/login")
    assert sign_in(client, ned.email, csrfmiddlewaretoken="x" * 64).status_code == 403
    assert sign_in(client, ned.email, csrfmiddlewaretoken=token(nobody())).status_code == 403
    assert "sessionid" not in client.cookies
    assert sign_in(client, ned.email, csrfmiddlewaretoken=token(client)).status_code == 302
    assert client.post("/logout").status_code == 403
    assert client.get(REPORT).status_code == 200


def test_every_form_of_the_portal_needs_its_token(house: Portal) -> None:
    for user in (house.alice, house.dana, house.erin):
        client = browser(user, is_strict=True)
        for route in ROUTES:
            response = client.post(route.example)
            if route.pattern.startswith("api/"):  # has no form: a session may only read there
                assert response.status_code in {403, 405}, route.pattern
                continue
            assert response.status_code == 403, route.pattern
            assert "too old to be trusted" in body(response), route.pattern


def test_a_form_sent_from_another_site_is_refused(ned: User) -> None:
    client = nobody(is_strict=True)
    data = {"login": ned.email, "password": PASSWORD, "csrfmiddlewaretoken": token(client)}
    for origin in ("https://evil.example", "null", f"https://{HERE}.evil.example"):
        assert client.post("/login", data, headers={"origin": origin}).status_code == 403, origin
    assert client.post("/login", data, headers={"origin": f"http://{HERE}"}).status_code == 302


def test_a_form_that_was_refused_says_so_in_the_portals_own_words(ned: User) -> None:
    response = nobody(is_strict=True).post("/login")
    assert response.status_code == 403
    assert "too old to be trusted" in response.content.decode()
    assert_armoured(response)


# What the door says


def test_a_wrong_password_and_an_unknown_address_look_the_same(ned: User) -> None:
    off = User.objects.create(email="off@example.com", role=Role.CUSTOMER_ADMIN, customer_key=ALPHA, is_active=False)
    off.set_password(PASSWORD)
    off.save()
    try:
        answers = set()
        for email in (ned.email, "nobody@example.com", off.email, ned.email.upper()):
            response = sign_in(nobody(), email, "a wrong password")
            assert response.status_code == 200
            answers.add(looks(body(response), email))
        assert len(answers) == 1
    finally:
        off.delete()


def test_an_unknown_address_costs_as_much_as_a_wrong_password(ned: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A11: the password is hashed once either way, so that time does not tell who is here."""
    hashed: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a: (hashed.append("hash"), encode(*a))[1])
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a: (hashed.append("hash"), verify(*a))[1])
    counts = []
    for email in (ned.email, "nobody@example.com"):
        hashed.clear()
        sign_in(nobody(), email, "a wrong password")
        counts.append(len(hashed))
    assert counts == [1, 1]


def test_a_switched_off_person_with_the_right_password_gets_no_session(house: Portal, ned: User) -> None:
    ned.is_active = False
    ned.save()
    client = nobody()
    assert sign_in(client, ned.email).status_code in {200, 302}
    assert client.get(REPORT).status_code == 302


def test_attempts_are_counted(ned: User) -> None:
    """Five wrong passwords for an address, and for a while even the right one does not open."""
    for attempt in range(5):
        assert sign_in(nobody(), ned.email, f"wrong {attempt}").status_code == 200
    client = nobody()
    assert "Too many failed" in sign_in(client, ned.email).content.decode()
    assert client.get(REPORT).status_code == 302


def test_attempts_on_many_addresses_are_counted_too(house: Portal) -> None:
    for number in range(10):
        assert sign_in(nobody(), f"guess{number}@example.com", "wrong").status_code == 200
    client = nobody()
    assert "Too many failed" in body(sign_in(client, house.alice.email))
    assert client.get(REPORT).status_code == 302


def test_nobody_signs_up(house: Portal) -> None:
    for where in (
        "/signup",
        "/accounts/signup/",
        "/register",
        "/password/reset/",
        "/accounts/login/",
        "/admin/",
        "/admin",
    ):
        assert nobody().get(where).status_code == 404, where


def test_no_password_is_written_down(ned: User) -> None:
    sign_in(nobody(), ned.email, "secret-wrong-password")
    sign_in(nobody(), ned.email)
    with as_staff():
        told = "\n".join(str(vars(entry)) for entry in Entry.objects.all())
    assert "secret-wrong-password" not in told
    assert PASSWORD not in told
    assert ned.password not in told


def test_signing_in_and_failing_to_is_written_down(ned: User) -> None:
    with as_staff():
        last = Entry.objects.order_by("id").last()
    sign_in(nobody(), ned.email, "wrong")
    sign_in(nobody(), "stranger@example.com", "wrong")
    sign_in(nobody(), ned.email)
    with as_staff():
        written = Entry.objects.filter(pk__gt=last.pk if last else 0).order_by("id")
        assert [(e.action, e.actor, e.customer) for e in written] == [
            ("access:refused", ned.email, ALPHA),
            ("access:refused", "", ""),  # what a stranger typed may be a password
            ("person:signed-in", ned.email, ALPHA),
        ]
