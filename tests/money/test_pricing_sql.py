"""The price book in SQL equals the Decimal reference, line by line, for whatever lines and rules there are."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossfoot.pricing.compile import BILLED_COST, CHARGE_CATEGORY, FACTORS, JOIN, load_rules
from crossfoot.pricing.rate import ACTIONS, BASIS, CATEGORY, Line, Rule, price

REFUNDS = ("4", "20", "24")
FIRST = date(2026, 10, 1)
DAYS = st.integers(0, 12).map(lambda n: FIRST + timedelta(days=n))
LIMIT = 10**18 - 1  # DECIMAL(18,8) holds no more
MONEY = st.one_of(
    st.integers(-LIMIT, LIMIT),
    st.sampled_from([0, 1, -1, 5, -5, LIMIT, -LIMIT, 123456789]),
    st.integers(-(10**6), 10**6).map(lambda n: 2 * n + 1),  # with a factor of 0.5: an exact half
    st.sampled_from([9_999_999_999, 10_000_000_000, -9_999_999_999, -10_000_000_000]),  # where 64 bits end
).map(lambda units: Decimal(units).scaleb(-8))
QUANTITIES = st.none() | st.sampled_from([Decimal(n) for n in ("0", "1", "-1", "0.5", "2", "0.0000000001", "3")])
PERCENTS = st.one_of(
    st.sampled_from(
        [Decimal(p) for p in ("100", "50", "0", "90", "87.5", "12.5", "0.000001", "999.999999", "33.333333")]
    ),
    st.integers(0, 999_999_999).map(lambda n: Decimal(n).scaleb(-6)),
)
TYPES = {
    "place": pa.int32(),
    "price_day": pa.date32(),
    "is_original_known": pa.bool_(),
    **dict.fromkeys(("customer_id", "service_code", "service_name", "bill_type", "charge_mode"), pa.string()),
    **dict.fromkeys(("list_cost", "amount"), pa.decimal128(18, 8)),
    **dict.fromkeys(("usage_quantity", "package_quantity", "reserved_quantity"), pa.decimal128(38, 10)),
}
LINES = st.fixed_dictionaries(
    {
        "customer": st.sampled_from(["A", "B"]),
        "code": st.sampled_from([None, "code.ecs", "code.rds"]),
        "name": st.sampled_from([None, "ECS", "RDS", "code.rds"]),
        "day": DAYS,
        "bill_type": st.sampled_from([*BASIS, "77"]) | st.sampled_from(["5", "4", "1"]),
        "charge_mode": st.sampled_from([None, "0", "1", "3", "6"]),
        "list_cost": MONEY,
        "amount": st.none() | MONEY,
        "usage": QUANTITIES,
        "package": QUANTITIES,
        "reserved": QUANTITIES,
        "original_day": st.none() | DAYS,
    }
)
RULES = st.builds(
    lambda action, customer, service, start, length, value: Rule(
        rule_id="R",
        action=action,
        customer=customer,
        service=service,
        valid_from=start,
        valid_to=start + timedelta(days=length) if length else None,
        value=value,
    ),
    st.sampled_from(["list_pct", "list_pct", "refund_pct"]),
    st.sampled_from(["", "A", "B"]),
    st.sampled_from(["", "ECS", "code.ecs", "code.rds", "RDS"]),
    DAYS,
    st.integers(0, 9),
    PERCENTS,
)


def without_clashes(rules: list[Rule]) -> list[Rule]:
    """What the price book lets be approved: no two rules that name the same things on one day."""
    kept: list[Rule] = []
    for rule in rules:
        if not any(
            (rule.action, rule.customer, rule.service) == (other.action, other.customer, other.service)
            and rule.valid_from < (other.valid_to or date.max)
            and other.valid_from < (rule.valid_to or date.max)
            for other in kept
        ):
            kept.append(rule)
    return kept


@pytest.fixture(scope="module")
def bench():
    with duckdb.connect() as connection:
        yield connection


def by_sql(bench, lines, rules) -> list[Decimal | None]:
    columns = {
        "place": list(range(len(lines))),
        "price_day": [original_of(row) or row["day"] for row in lines],
        "is_original_known": [row["bill_type"] not in REFUNDS or original_of(row) is not None for row in lines],
        "customer_id": [row["customer"] for row in lines],
        "service_code": [row["code"] for row in lines],
        "service_name": [row["name"] or row["code"] for row in lines],
        "usage_quantity": [row["usage"] for row in lines],
        "package_quantity": [row["package"] for row in lines],
        "reserved_quantity": [row["reserved"] for row in lines],
    } | {name: [row[name] for row in lines] for name in ("bill_type", "charge_mode", "list_cost", "amount")}
    bench.register("given", pa.table({name: pa.array(cells, TYPES[name]) for name, cells in columns.items()}))
    bench.execute("CREATE OR REPLACE TABLE owned AS FROM given")
    load_rules(bench, rules)
    bench.execute(FACTORS.format(lines="owned"))
    return [r[0] for r in bench.execute(f"SELECT {BILLED_COST} FROM owned l {JOIN} ORDER BY place").fetchall()]


def original_of(row):
    return row["original_day"] if row["bill_type"] in REFUNDS else None


def by_reference(lines, rules) -> list[Decimal | None]:
    return [
        price(
            Line(
                customer=row["customer"],
                services=tuple(filter(None, (row["code"], row["name"] or row["code"]))),
                day=row["day"],
                bill_type=row["bill_type"],
                charge_mode=row["charge_mode"] or "",
                list_cost=row["list_cost"],
                amount=row["amount"],
                usage=row["usage"],
                covered=(row["package"] or Decimal(0)) + (row["reserved"] or Decimal(0)),
                original_day=original_of(row),
            ),
            rules,
        )
        for row in lines
    ]


def agree(bench, lines, rules):
    rules = without_clashes(rules)
    wanted = by_reference(lines, rules)
    assert by_sql(bench, lines, rules) == wanted
    assert by_reference(lines, rules[::-1]) == wanted  # the order of the rules means nothing
    assert by_sql(bench, lines, rules[::-1]) == wanted


SOME = {"lines": st.lists(LINES, min_size=1, max_size=40), "rules": st.lists(RULES, max_size=14)}


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(**SOME)
def test_sql_prices_every_line_as_the_reference_does(bench, lines, rules):
    agree(bench, lines, rules)


def thrown(dice: Random) -> tuple[list[dict], list[Rule]]:
    """A month's worth of lines on few days and a full price book, so that every border of a rule is met."""
    days = [FIRST + timedelta(days=n) for n in range(5)]
    rules = [
        Rule(
            rule_id="R",
            action=dice.choice(ACTIONS),
            customer=dice.choice(("", "A", "B")),
            service=dice.choice(("", "ECS", "code.ecs", "code.rds", "RDS")),
            valid_from=(start := dice.choice(days)),
            valid_to=dice.choice((None, start + timedelta(days=1), start + timedelta(days=2))),
            value=Decimal(dice.choice((50_000_000, 87_500_000, dice.randrange(10**9)))).scaleb(-6),
        )
        for _ in range(40)
    ]
    quantity = ("0", "1", "-1", "0.5", "2", None)
    lines = [
        {
            "customer": dice.choice("AB"),
            "code": dice.choice((None, "code.ecs", "code.rds")),
            "name": dice.choice((None, "ECS", "RDS", "code.rds")),
            "day": dice.choice(days),
            "bill_type": dice.choice((*BASIS, "77", "5", "5", "5", "4")),
            "charge_mode": dice.choice((None, "0", "1", "3", "6")),
            "list_cost": Decimal(dice.choice((1, -1)) * dice.randrange(10 ** dice.randint(1, 18))).scaleb(-8),
            "amount": Decimal(dice.randrange(10**10)).scaleb(-8),
            "original_day": dice.choice((None, *days)),
        }
        | {name: q and Decimal(q) for name in ("usage", "package", "reserved") for q in [dice.choice(quantity)]}
        for _ in range(600)
    ]
    return lines, rules


@pytest.mark.parametrize("seed", range(6))
def test_sql_prices_a_whole_month_as_the_reference_does(bench, seed):
    agree(bench, *thrown(Random(seed)))  # noqa: S311 - repeatable, not secret


@pytest.mark.deep
def test_sql_prices_many_months_as_the_reference_does(bench):
    for seed in range(1000, 1600):
        agree(bench, *thrown(Random(seed)))  # noqa: S311 - repeatable, not secret


def test_exact_halves_go_away_from_zero_in_both(bench):
    """0.00000001 x 0.5 = 0.000000005: the half of the last digit; 9999999999.99999999 x 9.99999999 still fits."""
    row = {
        "customer": "A", "code": "code.ecs", "name": "ECS", "day": FIRST, "bill_type": "5", "charge_mode": "1",
        "amount": None, "usage": None, "package": None, "reserved": None, "original_day": None,
    }  # fmt: skip
    lists = ("0.00000001", "-0.00000001", "0.00000003", "-0.00000003", "9999999999.99999999", "-9999999999.99999999")
    lines = [row | {"list_cost": Decimal(text)} for text in lists]
    half = Rule(rule_id="H", action="list_pct", value=Decimal(50), valid_from=FIRST)
    wanted = ("0.00000001", "-0.00000001", "0.00000002", "-0.00000002", "5000000000", "-5000000000")
    assert by_sql(bench, lines, [half]) == by_reference(lines, [half]) == [Decimal(text) for text in wanted]
    most = Rule(rule_id="M", action="list_pct", value=Decimal("999.999999"), valid_from=FIRST)
    # 9999999999.99999999 x 9.99999999 = 99999999899.99999990 0000001: (10^10 - 10^-8) x (10 - 10^-8)
    assert by_sql(bench, lines[4:5], [most]) == by_reference(lines[4:5], [most]) == [Decimal("99999999899.99999990")]


def test_a_rule_that_names_the_code_of_a_service_weighs_more_than_one_that_names_it(bench):
    """Both name the same lines. A name depends on the language of the bill, a code does not."""
    by_name = Rule(rule_id="1", action="list_pct", value=Decimal(80), valid_from=FIRST, service="ECS")
    by_code = Rule(rule_id="2", action="list_pct", value=Decimal(70), valid_from=FIRST, service="code.ecs")
    line = {
        "customer": "A", "code": "code.ecs", "name": "ECS", "day": FIRST, "bill_type": "5", "charge_mode": "1",
        "list_cost": Decimal(100), "amount": None, "usage": None, "package": None, "reserved": None,
        "original_day": None,
    }  # fmt: skip
    for rules in ([by_name, by_code], [by_code, by_name]):
        assert by_reference([line], rules) == by_sql(bench, [line], rules) == [Decimal(70)]


def test_every_bill_type_has_one_category_and_only_unknown_ones_have_none(bench):
    codes = [*CATEGORY, "77"]
    bench.execute("CREATE OR REPLACE TABLE typed AS SELECT unnest(?) AS bill_type", [codes])
    found = dict(bench.execute(f"SELECT l.bill_type, {CHARGE_CATEGORY} FROM typed l").fetchall())
    assert found == {**CATEGORY, "77": None}
    assert set(CATEGORY) == set(BASIS)
    assert set(ACTIONS) == {"list_pct", "refund_pct"}
