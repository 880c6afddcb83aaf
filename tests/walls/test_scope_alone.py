"""Wall 1 with wall 2 taken away: PostgreSQL shows every row and DuckDB opens every file, and Scope alone decides."""

from collections.abc import Iterator

import duckdb
import pytest

from crossfoot.access import rls
from crossfoot.access.models import AccountOwner, Customer
from crossfoot.access.scope import list_customers, scope_for
from crossfoot.lake.reader import Reader
from crossfoot.publish import plan as planning
from crossfoot.publish.models import Edition, EditionFile
from crossfoot.query import run as query
from tests.portal import Portal
from tests.walls.answers import everything, scope_of
from tests.walls.house import ALPHA, BOTH, GAMMA, NAMES, charges, issue_of
from tests.walls.marks import FOREIGN, HIDDEN, finds, marks_of


@pytest.fixture
def no_rows_wall(house: Portal, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """A customer's person reads as the reseller's staff do."""
    monkeypatch.setattr(rls, "CUSTOMER", rls.STAFF)
    with rls.as_scope(scope_of(house.alice)):
        assert {e.customer_id for e in Edition.objects.all()} == set(NAMES)
        assert AccountOwner.objects.count() == 4
    return house


@pytest.fixture
def no_wall(no_rows_wall: Portal, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Nor is DuckDB locked, and every question is handed the files of all customers."""
    monkeypatch.setattr(query, "_READER", _Open(no_rows_wall))
    planned = planning.plan

    def plan_all(scope, period, as_of):
        mine = planned(scope, period, as_of)
        with rls.as_staff():
            others = list(EditionFile.objects.exclude(customer_id=scope.customer).order_by("path"))
        return tuple(_widened(e, others) for e in mine)

    monkeypatch.setattr(planning, "plan", plan_all)
    return no_rows_wall


class _Open(Reader):
    """No folder is out of reach."""

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal.home.root / "lake", portal.home.tmp)

    def _locked(self, customer: str) -> duckdb.DuckDBPyConnection:
        return duckdb.connect()


def _widened(edition: planning.PlannedEdition, others: list[EditionFile]) -> planning.PlannedEdition:
    more = [f for f in others if f"/{edition.cycle}/" in f.path]

    def files(tree: str) -> tuple[planning.LakeFile, ...]:
        return tuple(planning.LakeFile(f.path, f.rows, f.sha256) for f in more if f.tree == tree)

    assert files("charges")
    return planning.PlannedEdition(
        **{
            **vars(edition),
            "charges": (*edition.charges, *files("charges")),
            "daily": (*edition.daily, *files("daily")),
        }
    )


def test_without_row_policies_the_plan_names_only_ones_own_files(no_rows_wall: Portal) -> None:
    scope = scope_of(no_rows_wall.alice)
    period = next(iter(_periods(no_rows_wall)))
    for edition in planning.plan(scope, period, None):
        assert {f.path.split("/")[1] for f in (*edition.charges, *edition.daily)} == {ALPHA}
    assert planning.list_cycles(scope) == ["2026-11", "2026-10"]


def test_without_row_policies_a_person_can_open_only_the_own_customer(no_rows_wall: Portal) -> None:
    assert [c.id for c in list_customers(scope_for(no_rows_wall.alice))] == [ALPHA]
    assert [c.id for c in list_customers(scope_for(no_rows_wall.person("gus", "customer-finance", GAMMA)))] == [GAMMA]
    assert {c.id for c in list_customers(scope_for(no_rows_wall.erin))} == set(NAMES)


def test_without_row_policies_nothing_foreign_is_told(no_rows_wall: Portal) -> None:
    for name, data in everything(no_rows_wall.alice):
        assert finds(FOREIGN, data) == [], name


def test_with_everybodys_files_at_hand_nothing_foreign_is_told(no_wall: Portal) -> None:
    seen = b""
    for name, data in everything(no_wall.alice):
        assert finds(FOREIGN, data) == [], name
        seen += data
    assert finds(marks_of(charges(account="acct-a2")), seen)  # and one's own is


def test_with_everybodys_files_at_hand_a_narrowed_viewer_sees_the_own_account(no_wall: Portal) -> None:
    for name, data in everything(no_wall.bob):
        assert finds(FOREIGN, data) == finds(HIDDEN, data) == [], name


def test_with_everybodys_files_at_hand_the_reseller_sees_the_customer_in_view(no_wall: Portal) -> None:
    for name, data in everything(no_wall.erin, ALPHA):
        assert finds(FOREIGN, data) == [], name


def test_without_row_policies_issues_of_others_stay_hidden(no_rows_wall: Portal) -> None:
    told = [data.decode() for name, data in everything(no_rows_wall.alice) if name == "issues"]
    assert told == [repr((issue_of(""), issue_of(ALPHA)))]


def _periods(portal: Portal) -> Iterator[object]:
    yield portal.table("charges", portal.alice, period=BOTH).question.period


def test_the_walls_stand_again(house: Portal) -> None:
    with rls.as_scope(scope_of(house.alice)):
        assert {c.id for c in Customer.objects.all()} == {ALPHA}
