"""A3: a large file is made and fetched under the scope of the moment; whoever may see something else by now gets nothing."""

import pytest

from crossfoot.access.models import Grant, User
from crossfoot.core.roles import Role
from tests.deliver.shop import FORBIDDEN, MISSING, acts, ask, fetch, jobs, page, work
from tests.portal import Portal


def switch_off(user: User) -> None:
    user.is_active = False
    user.save()


def to_viewer(user: User) -> None:
    user.role = Role.CUSTOMER_VIEWER.value
    user.save()


def to_admin(user: User) -> None:
    user.role = Role.CUSTOMER_ADMIN.value
    user.save()


def narrow(user: User) -> None:
    Grant.objects.create(user=user, kind="account", value="acct-a2")


def move(user: User) -> None:
    user.customer_key = "C0002"
    user.save()


@pytest.mark.parametrize("change", [switch_off, to_viewer, to_admin, narrow, move])
def test_whoever_may_see_something_else_by_now_is_given_nothing(shop: Portal, change) -> None:
    client = shop.client_for(shop.alice)
    job = ask(client)
    work(shop)
    assert fetch(client, job)[0] == 200
    change(User.objects.get(email="alice@example.com"))
    status, data = fetch(client, job)
    assert status in {302, FORBIDDEN, MISSING}
    assert b"acct-a1" not in data
    assert acts("export:fetched") == 1


@pytest.mark.parametrize("change", [switch_off, to_viewer, narrow, move])
def test_a_file_is_not_made_for_whoever_may_see_something_else_by_now(shop: Portal, change) -> None:
    job = ask(shop.client_for(shop.alice))
    change(User.objects.get(email="alice@example.com"))
    work(shop)
    [failed] = jobs()
    assert (failed.id, failed.state) == (job.id, "failed")
    assert failed.sentence
    assert list(shop.home.exports.iterdir()) == []
    assert acts("report:exported") == 0


def test_nobody_else_can_fetch_it_whatever_they_may_see(shop: Portal) -> None:
    job = ask(shop.client_for(shop.alice))
    work(shop)
    other = shop.person("ada", Role.CUSTOMER_ADMIN, "C0001")
    for user in (shop.bob, shop.charlie, shop.dana, shop.erin, other):
        client = shop.client_for(user)
        status, data = fetch(client, job)
        assert (status, b"acct-a1" in data) == (MISSING, False), user.email
        assert job.id not in page(client)
    assert shop.client_for(None).get(f"/exports/{job.id}").status_code == 302
