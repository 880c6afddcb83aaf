"""The price book: which rule speaks, from when until when, who may let it speak, and what is refused at the door."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crossfoot.core.errors import BadRequest, NotFound, NotPermitted
from crossfoot.pricing.book import approve_prices, import_prices
from crossfoot.pricing.models import PriceRule
from tests.portal import ACTOR, Portal, line

HEADER = "rule_id,valid_from,valid_to,customer_id,service,action,value\n"


def write(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "book.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def publish(portal: Portal, *lines) -> None:
    portal.ingest(portal.bill("customerBill_202610.tar.gz", lines))
    [published] = portal.publish()
    assert not published.blocked, [f.sentence for f in published.findings if f.is_block]


def versions() -> list[tuple[str, int, Decimal, bool]]:
    from crossfoot.access.rls import as_staff

    with as_staff():
        rows = PriceRule.objects.order_by("rule_id", "version")
        return [(r.rule_id, r.version, r.value.normalize(), r.approved_at is not None) for r in rows]


def test_the_more_a_rule_names_the_more_it_weighs(portal: Portal):
    """100.00 each. C0001: ECS 10 (customer and service), others 20 (customer). C0002: ECS 30 (service), others 40 (all)."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(
        "ALL,2020-01-01,,,,list_pct,40",
        "ECS,2020-01-01,,,Elastic Cloud Server,list_pct,30",
        "A,2020-01-01,,C0001,,list_pct,20",
        "A-ECS,2020-01-01,,C0001,hws.service.type.ec2,list_pct,10",
    )
    other = {"cloud_service_type": "hws.service.type.rds", "cloud_service_type_name": "Database"}
    publish(
        portal,
        *(line(account, "2026-10-05", "100.00") for account in ("acct-a1", "acct-b1")),
        *(line(account, "2026-10-05", "100.00", **other) for account in ("acct-a1", "acct-b1")),
    )
    assert portal.sums(portal.alice, "service", period="2026-10") == {
        "Elastic Cloud Server": "10.00", "Relational Database Service": "20.00"
    }  # fmt: skip
    assert portal.sums(portal.charlie, "service", period="2026-10") == {
        "Elastic Cloud Server": "30.00", "Relational Database Service": "40.00"
    }  # fmt: skip


def test_a_rule_begins_on_its_first_day_and_ends_before_its_last(portal: Portal):
    """R: 50 % from 10-05 until 10-08 exclusive; 100 % on all other days."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices("ALL,2020-01-01,,,,list_pct,100", "R,2026-10-05,2026-10-08,C0001,,list_pct,50")
    publish(portal, *(line("acct-a1", f"2026-10-0{day}", "1.00") for day in range(4, 9)))
    assert portal.sums(portal.alice, "day", period="2026-10") == {
        "2026-10-04": "1.00", "2026-10-05": "0.50", "2026-10-06": "0.50", "2026-10-07": "0.50", "2026-10-08": "1.00"
    }  # fmt: skip


def test_a_draft_does_not_price_and_a_changed_rule_is_a_new_version(portal: Portal):
    """List 10.00. v1 of R: 90 % -> 9.00. v2 imported, not approved: still 9.00. Approved: 80 % -> 8.00, edition 2."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices("R,2020-01-01,,,,list_pct,90")
    publish(portal, line("acct-a1", "2026-10-31", "10.00"))
    assert portal.total(portal.alice, period="2026-10") == "9.00"

    same = import_prices(write(portal.inbox, "R,2020-01-01,,,,list_pct,90.000"), ACTOR)
    assert (same.new, same.unchanged) == ((), 1)
    changed = write(portal.inbox, "R,2020-01-01,,,,list_pct,80")
    assert import_prices(changed, ACTOR).new == ("R",)
    assert import_prices(changed, ACTOR).new == ()  # again: nothing
    assert versions() == [("R", 1, Decimal(90), True), ("R", 2, Decimal(80), False)]
    [published] = portal.publish()
    assert (published.editions, published.unchanged) == ((), 0)
    assert portal.total(portal.alice, period="2026-10") == "9.00"

    assert approve_prices("R", portal.dana) == ("R",)
    assert portal.publish()[0].editions == (("C0001", 2, "final"),)
    assert portal.total(portal.alice, period="2026-10") == "8.00"
    assert approve_prices("all", portal.dana) == ()


def test_two_rules_about_the_same_lines_are_refused_and_nothing_is_approved(portal: Portal):
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    import_prices(
        write(
            portal.inbox,
            "R1,2026-01-01,2026-07-01,C0001,,list_pct,90",
            "R2,2026-07-01,,C0001,,list_pct,80",  # begins where R1 ends: no clash
            "R3,2026-09-30,2026-10-01,C0001,,list_pct,70",
            "R4,2026-01-01,,C0001,ECS,list_pct,70",  # names more: no clash
            "R5,2026-01-01,,C0001,,refund_pct,70",  # another action: no clash
        ),
        ACTOR,
    )
    with pytest.raises(BadRequest) as refused:
        approve_prices("all", portal.dana)
    assert "R2 and R3" in refused.value.sentence
    assert "from 2026-09-30" in refused.value.sentence
    assert not any(approved for *_, approved in versions())
    for rule in ("R1", "R2", "R4", "R5"):
        assert approve_prices(rule, portal.dana) == (rule,)
    with pytest.raises(BadRequest):
        approve_prices("R3", portal.dana)


def test_only_finance_of_the_reseller_approves(portal: Portal):
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    import_prices(write(portal.inbox, "R,2020-01-01,,,,list_pct,90"), ACTOR)
    for person in (portal.alice, portal.bob, portal.erin, portal.frank):
        with pytest.raises(NotPermitted):
            approve_prices("all", person)
    assert versions() == [("R", 1, Decimal(90), False)]
    with pytest.raises(NotFound) as unknown:
        approve_prices("R9", portal.dana)
    assert "'R9'" in unknown.value.sentence


GOOD = "R,2026-01-01,2026-02-01,,,list_pct,90"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("R,2026-01-01,,,,list_pct,", "row 2 cannot be read"),
        ("R,2026-01-01,,,,list_pct,-1", "row 2 cannot be read"),
        ("R,2026-01-01,,,,list_pct,1000", "row 2 cannot be read"),
        ("R,2026-01-01,,,,list_pct,90.1234567", "at most 6 decimals"),
        ("R,2026-01-01,,,,list_pct,NaN", "row 2 cannot be read"),
        ("R,2026-01-01,,,,list_pct,Infinity", "row 2 cannot be read"),
        ("R,2026-01-01,,,,list_pct,90%", "row 2 cannot be read"),
        ("R,2026-01-01,,,,list_pct,1_0", "row 2 cannot be read"),
        ("R,2026-01-01,,,,list_pct,٩٠", "row 2 cannot be read"),
        ("R,01.10.2026,,,,list_pct,90", "dates are written 2026-10-01"),
        ("R,2026-02-30,,,,list_pct,90", "row 2 cannot be read"),
        ("R,20261001,,,,list_pct,90", "row 2 cannot be read"),
        ("R,,,,,list_pct,90", "row 2 cannot be read"),
        (",2026-01-01,,,,list_pct,90", "row 2: name the rule"),
        ("R,2026-01-01,,,,markup,90", "an action of list_pct, refund_pct"),
        ("R,2026-01-01,2026-01-01,,,list_pct,90", "valid_to is the first day that is out"),
        ("R,2026-01-01,2025-01-01,,,list_pct,90", "valid_to is the first day that is out"),
        ("R,2026-01-01,,,,list_pct", "row 2 must have 7 cells"),
        ("R,2026-01-01,,,,list_pct,90,extra", "row 2 must have 7 cells"),
        ("R" * 65 + ",2026-01-01,,,,list_pct,90", "row 2: a rule_id has up to 64 printed"),
        ("R\x00,2026-01-01,,,,list_pct,90", "row 2 holds a NUL"),
        ("R,2026-W40-4,,,,list_pct,90", "row 2 cannot be read"),
        ("R", "row 2 must have 7 cells"),
        ("R,2026-01-01,,C 1,,list_pct,90", "row 2: a customer_id has up to 64 letters"),
        ("R,2026-01-01,,," + "s" * 201 + ",list_pct,90", "row 2: a service has up to 200"),
        ('R,2026-01-01,,,"un"closed,list_pct,90', "cannot be read as CSV"),
    ],
)
def test_a_row_that_cannot_be_is_refused_in_a_sentence_and_nothing_is_imported(tmp_path, row, says):
    path = write(tmp_path, GOOD.replace("R,", "FIRST,"), row)
    with pytest.raises(BadRequest) as refused:
        import_prices(path, ACTOR)
    assert "book.csv" in refused.value.sentence
    assert says in refused.value.sentence


@pytest.mark.parametrize(
    ("header", "rows", "says"),
    [
        ("rule,from,to\n", ["R,1,2"], "must begin with the header rule_id,valid_from"),
        ("", [], "must begin with the header"),
        (HEADER, ["R,2026-01-01,,,,list_pct,90", "R,2027-01-01,,,,list_pct,80"], "holds a rule_id twice"),
    ],
)
def test_a_file_that_cannot_be_is_refused(tmp_path, header, rows, says):
    with pytest.raises(BadRequest) as refused:
        import_prices(write(tmp_path, *rows, header=header), ACTOR)
    assert says in refused.value.sentence


def test_a_file_that_is_not_there_or_not_utf8_is_refused(tmp_path):
    with pytest.raises(BadRequest, match=r"There is no file .*missing.csv: check the name"):
        import_prices(tmp_path / "missing.csv", ACTOR)
    path = tmp_path / "book.csv"
    path.write_bytes(HEADER.encode() + "R,2026-01-01,,,成本,list_pct,90".encode("gb18030"))
    with pytest.raises(BadRequest, match=r"book.csv cannot be read as CSV in UTF-8"):
        import_prices(path, ACTOR)


def test_a_spreadsheets_mark_before_the_header_is_no_matter(portal: Portal):
    path = portal.inbox / "book.csv"
    path.write_text("\ufeff" + HEADER + "R,2026-01-01,,,云服务器,list_pct,87.5\r\n", encoding="utf-8")
    assert import_prices(path, ACTOR).new == ("R",)
    assert versions() == [("R", 1, Decimal("87.5"), False)]


def test_validities_are_dates_and_not_instants():
    from crossfoot.pricing.rate import Rule

    rule = Rule(
        rule_id="R", action="list_pct", value=Decimal(1), valid_from=date(2026, 10, 5), valid_to=date(2026, 10, 6)
    )
    assert [rule.covers("C", ("s",), date(2026, 10, day)) for day in (4, 5, 6)] == [False, True, False]
