"""The command line looks through the eyes of a person: the same scope, the same refusals, exit code 7."""

import pytest
from django.db.models import Max

from crossfoot.access.rls import as_staff
from crossfoot.audit.models import Entry
from crossfoot.core.roles import Role
from crossfoot.deliver.models import Export
from crossfoot.pricing.models import PriceRule
from tests.cli.command import Run, runner
from tests.portal import Portal
from tests.walls.house import ALPHA, BETA, BOTH, GAMMA, NAMES, charges, people
from tests.walls.marks import BUY, EVERYTHING, FOREIGN, finds, marks_of

ADDRESS = "{}@example.com"


@pytest.fixture
def crossfoot(house: Portal, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return runner(monkeypatch, capfdbinary)


def report(crossfoot: Run, who: str, *more: str, key: str = "charges", fmt: str = "csv"):
    return crossfoot("report", key, "--as", ADDRESS.format(who), "--period", BOTH, "--format", fmt, *more)


@pytest.mark.parametrize("who", ["alice", "ada"])
def test_a_customers_person_gets_the_own_report(crossfoot: Run, who: str) -> None:
    for key in ("charges", "usage-to-cost"):
        for fmt in ("csv", "json"):
            ran = report(crossfoot, who, key=key, fmt=fmt)
            assert ran.code == 0, ran.err
            told = ran.out.decode() + ran.err
            assert finds(FOREIGN, told) == finds(BUY, told) == []
            assert finds(marks_of(charges(customer=ALPHA)), told)


@pytest.mark.parametrize("who", ["alice", "ada", "bob", "pia"])
def test_a_foreign_customer_is_exit_7_and_looks_like_one_that_is_not_there(crossfoot: Run, who: str) -> None:
    sentences = set()
    for customer in (BETA, GAMMA, "C9999", "c0001"):
        ran = report(crossfoot, who, "--customer", customer)
        assert (ran.code, ran.out) == (7, b"")
        assert finds(FOREIGN, ran.err) == []
        assert NAMES.get(customer, "no name") not in ran.err
        sentences.add(ran.err.replace(customer, ""))
    assert len(sentences) == 1
    assert len(sentences.pop().splitlines()) == 1


@pytest.mark.parametrize("who", ["bob", "pia"])
def test_a_viewer_takes_no_file_from_the_command_line_either(crossfoot: Run, who: str, tmp_path) -> None:
    with as_staff():
        before = Export.objects.count()
    for fmt in ("csv", "json"):
        ran = report(crossfoot, who, "-o", str(tmp_path / "out"), fmt=fmt)
        assert (ran.code, ran.out) == (7, b"")
        assert "Your role" in ran.err
        assert not (tmp_path / "out").exists()
    with as_staff():
        assert Export.objects.count() == before


@pytest.mark.parametrize("who", ["dana", "erin", "frank"])
def test_the_reseller_names_the_customer_and_sees_that_one(crossfoot: Run, who: str) -> None:
    ran = report(crossfoot, who)
    assert (ran.code, ran.out) == (2, b"")
    assert "--customer" in ran.err
    for customer in NAMES:
        ran = report(crossfoot, who, "--customer", customer)
        assert ran.code == 0
        others = marks_of([c for c in charges() if c.customer != customer])
        assert finds(others, ran.out, echo=NAMES.values()) == finds(BUY, ran.out) == []
        assert finds(marks_of(charges(customer=customer)), ran.out)
    assert report(crossfoot, who, "--customer", "C9999").code == 7


def test_nobody_is_exit_7(crossfoot: Run, house: Portal) -> None:
    gone = house.person("zoe", Role.CUSTOMER_ADMIN, ALPHA)
    gone.is_active = False
    gone.save()
    try:
        for who in ("zoe", "nobody", "ALICE@evil"):
            ran = report(crossfoot, who)
            assert (ran.code, ran.out) == (7, b"")
            assert finds(EVERYTHING, ran.err) == []
    finally:
        gone.delete()


@pytest.mark.parametrize("key", ["settlement", "revenue-and-margin", "no-such-report"])
def test_a_report_that_is_not_theirs_is_exit_7(crossfoot: Run, key: str) -> None:
    for who in ("alice", "bob", "erin"):
        ran = report(crossfoot, who, key=key)
        assert (ran.code, ran.out) == (7, b"")
        assert finds(BUY, ran.err, echo=(key,)) == []


@pytest.mark.parametrize(
    "words", [["--by", "settlement_amount"], ["--filter", "margin=1"], ["--by", "buy_cost,service"]]
)
def test_a_word_of_buy_is_unknown_and_unexplained(crossfoot: Run, words: list[str]) -> None:
    ran = report(crossfoot, "alice", *words, key="usage-to-cost")
    assert (ran.code, ran.out) == (2, b"")
    assert finds(BUY, ran.err, echo=("settlement_amount", "margin", "buy_cost")) == []


def test_a_foreign_filter_gives_an_empty_file_and_not_a_foreign_one(crossfoot: Run) -> None:
    for word in (
        "account=acct-b1",
        "service=zqBone-service-1",
        "resource=zqBone-resource_id-31",
        "tag:zqkey=zqBone-tag-31",
    ):
        ran = report(crossfoot, "alice", "--filter", word)
        assert ran.code == 0
        assert len(ran.out.splitlines()) == 1  # the header
        assert finds(FOREIGN, ran.out) == []


def test_each_role_has_its_own_dictionary(crossfoot: Run, house: Portal) -> None:
    for name, user in people(house).items():
        ran = crossfoot("definitions", "--as", user.email)
        assert ran.code == 0
        assert ran.document
        if not user.role.startswith("reseller-finance"):
            assert finds(BUY, ran.out) == [], name
        assert finds(EVERYTHING, ran.out) == [], name


def test_only_reseller_finance_approves_prices(crossfoot: Run, house: Portal) -> None:
    book = house.inbox / "more.csv"
    book.write_text(
        "rule_id,valid_from,valid_to,customer_id,service,action,value\nzqlate,2030-01-01,,C0001,later,list_pct,50\n"
    )
    assert crossfoot("prices", "import", book).code == 0
    try:
        for name, user in people(house).items():
            ran = crossfoot("prices", "approve", "zqlate", "--as", user.email)
            with as_staff():
                approved = PriceRule.objects.get(rule_id="zqlate").approved_by
            assert (ran.code, approved) == ((0, user.email) if name == "dana" else (7, "")), name
            if name == "dana":
                break
    finally:
        with as_staff():
            PriceRule.objects.filter(rule_id="zqlate").delete()


def last_entry() -> int:
    with as_staff():
        return Entry.objects.aggregate(last=Max("id"))["last"] or 0


def test_what_is_asked_on_the_command_line_is_in_the_log(crossfoot: Run) -> None:
    last = last_entry()
    report(crossfoot, "erin", "--customer", BETA)
    with as_staff():
        [entry] = Entry.objects.filter(pk__gt=last)
        assert (entry.actor, entry.action, entry.customer) == ("erin@example.com", "report:exported", BETA)


def test_what_is_refused_on_the_command_line_is_in_the_log(crossfoot: Run) -> None:
    last = last_entry()
    report(crossfoot, "alice", "--customer", BETA)
    with as_staff():
        assert [e.action for e in Entry.objects.filter(pk__gt=last)] == ["access:refused"]
