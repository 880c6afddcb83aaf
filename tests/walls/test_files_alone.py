"""Wall 2 in the lake with wall 1 taken away: DuckDB is asked for every file there is, and opens one's own alone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from django.conf import settings

from crossfoot.access import rls
from crossfoot.core.errors import Altered, CrossfootError
from crossfoot.lake.files import LakeFile
from crossfoot.lake.reader import Reader
from crossfoot.publish import plan as planning
from crossfoot.publish.models import BuyEdition, EditionFile
from crossfoot.query import run as query
from crossfoot.query import select
from crossfoot.runtime.files import sha256_file
from tests.portal import Portal
from tests.walls.answers import scope_of, tables
from tests.walls.house import ALPHA, BETA, GAMMA

REFUSED = (duckdb.PermissionException, duckdb.InvalidInputException)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A file in every tree of three customers, the id of one of which begins with that of another."""
    for tree in ("charges", "daily", "buy"):
        for customer in (ALPHA, BETA, GAMMA):
            folder = tmp_path / "lake" / tree / customer / "2026-10"
            folder.mkdir(parents=True)
            duckdb.sql(f"SELECT '{tree} of {customer}' AS said").write_parquet(str(folder / "file.parquet"))
    return tmp_path / "lake"


@pytest.fixture
def alpha(lake: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """What a question of Alpha's is answered with."""
    with Reader(lake, tmp_path / "tmp").open(ALPHA) as connection:
        yield connection


def read(path: Path | str) -> str:
    return f"FROM read_parquet('{path}')"


@pytest.mark.parametrize("tree", ["charges", "daily"])
def test_ones_own_files_open(lake: Path, alpha: duckdb.DuckDBPyConnection, tree: str) -> None:
    found = alpha.execute(read(lake / tree / ALPHA / "2026-10" / "file.parquet")).fetchall()
    assert found == [(f"{tree} of {ALPHA}",)]


@pytest.mark.parametrize(
    "path",
    [
        "charges/C0002/2026-10/file.parquet",
        "daily/C0002/2026-10/file.parquet",
        "charges/C00010/2026-10/file.parquet",  # `charges/C0001` is how it begins
        "charges/c0001/2026-10/file.parquet",
        "buy/C0001/2026-10/file.parquet",  # one's own, but what the reseller pays
        "buy/C0002/2026-10/file.parquet",
        "charges/C0001/../C0002/2026-10/file.parquet",
        "charges/C0001/2026-10/../../C0002/2026-10/file.parquet",
        "charges/C0001//..//C0002/2026-10/file.parquet",
        "charges/C0001/../../buy/C0001/2026-10/file.parquet",
        "charges/*/2026-10/file.parquet",
        "charges/C000*/2026-10/file.parquet",
        "**/file.parquet",
        "charges/C0001/../**/file.parquet",
    ],
)
def test_another_file_does_not_open(lake: Path, alpha: duckdb.DuckDBPyConnection, path: str) -> None:
    for spelled in (f"{lake}/{path}", f"file://{lake}/{path}", f"file:{lake}/{path}", os.path.relpath(lake / path)):
        with pytest.raises(REFUSED, match="disabled by configuration"):
            alpha.execute(read(spelled))


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_leads_nowhere(lake: Path, alpha: duckdb.DuckDBPyConnection, kind: str) -> None:
    for i, target in enumerate(("charges/C0002/2026-10", "buy/C0001/2026-10")):
        link = lake / f"charges/C0001/link{i}"
        link.symlink_to(lake / target if kind == "folder" else lake / target / "file.parquet")
        with pytest.raises(REFUSED, match="disabled by configuration"):
            alpha.execute(read(link / "file.parquet" if kind == "folder" else link))


@pytest.mark.parametrize(
    "statement",
    [
        "FROM read_csv('/etc/passwd')",
        "FROM read_text('/etc/passwd')",
        "FROM read_blob('/proc/self/environ')",
        "FROM glob('/etc/*')",
        "FROM glob('{lake}/**')",
        "FROM glob('{lake}/charges/*')",
        "FROM parquet_metadata('{lake}/charges/C0002/2026-10/file.parquet')",
        "FROM parquet_schema('{lake}/buy/C0001/2026-10/file.parquet')",
        "FROM sniff_csv('{lake}/../keys')",
        "ATTACH '{lake}/charges/C0002/new.db'",
        "ATTACH '{lake}/../attached.db'",
        "ATTACH 'host=127.0.0.1' AS pg (TYPE postgres)",
        "COPY (SELECT 1 AS a) TO '{lake}/charges/C0002/new.parquet'",
        "COPY (SELECT 1 AS a) TO '{lake}/buy/C0001/new.parquet'",
        "COPY (SELECT 1 AS a) TO '{lake}/../out.csv'",
        "EXPORT DATABASE '{lake}/charges/C0002/all'",
        "IMPORT DATABASE '{lake}/charges/C0002'",
        "FROM read_parquet('https://127.0.0.1/file.parquet')",
        "FROM read_parquet('s3://bucket/file.parquet')",
        "INSTALL httpfs",
        "LOAD httpfs",
        "INSTALL '{lake}/charges/C0001/x.duckdb_extension'",
        "LOAD '{lake}/charges/C0001/x.duckdb_extension'",
        "SET enable_external_access=true",
        "SET allowed_directories=['/']",
        "SET allowed_paths=['/etc/passwd']",
        "RESET allowed_directories",
        "SET lock_configuration=false",
        "SET autoload_known_extensions=true",
        "SET memory_limit='64GB'",
        "SET threads=64",
        "PRAGMA temp_directory='/tmp'",
    ],
)
def test_no_statement_leads_out(lake: Path, alpha: duckdb.DuckDBPyConnection, statement: str) -> None:
    before = sorted(lake.parent.rglob("*"))
    with pytest.raises(duckdb.Error) as caught:
        alpha.execute(statement.format(lake=lake)).fetchall()
    assert isinstance(caught.value, REFUSED), caught.value
    assert sorted(lake.parent.rglob("*")) == before


@pytest.mark.parametrize("customer", ["", ".", "..", "../buy/C0001", "C0001/../C0002", "C0001', '/"])
def test_a_reader_is_made_for_a_customer_and_not_for_a_path(lake: Path, tmp_path: Path, customer: str) -> None:
    with pytest.raises((ValueError, CrossfootError)), Reader(lake, tmp_path / "tmp").open(customer):
        pass


def test_a_used_connection_is_handed_to_the_same_customer_only(lake: Path, tmp_path: Path) -> None:
    reader = Reader(lake, tmp_path / "tmp")
    with reader.open(ALPHA) as first:
        pass
    with reader.open(BETA) as other, reader.open(GAMMA) as prefix, reader.open(ALPHA) as again:
        assert again is first
        assert first not in {other, prefix}
        for connection, customer in ((other, BETA), (prefix, GAMMA)):
            said = connection.execute(read(lake / "charges" / customer / "2026-10" / "file.parquet")).fetchall()
            assert said == [(f"charges of {customer}",)]
            with pytest.raises(REFUSED):
                connection.execute(read(lake / "charges" / ALPHA / "2026-10" / "file.parquet"))


def test_a_question_without_its_filter_raises_on_a_strangers_files(
    house: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer filter is gone from the SQL and the plan hands out another's files: nothing is answered."""
    monkeypatch.setattr(select, "_where", lambda *_: ("true", []))
    scope = scope_of(house.alice)
    planned = planning.plan
    with rls.as_staff():
        others = list(EditionFile.objects.filter(customer_id__in=[BETA, GAMMA]))
        bought = [LakeFile(b.path, b.rows, b.sha256) for b in BuyEdition.objects.filter(customer_key=ALPHA)]
    assert bought
    for extra in (*([LakeFile(f.path, f.rows, f.sha256)] for f in others), bought):

        def plan_more(*asked, extra=extra):
            found = planned(*asked)
            return tuple(planning.PlannedEdition(**vars(e) | {"charges": extra, "daily": extra}) for e in found)

        monkeypatch.setattr(planning, "plan", plan_more)
        with pytest.raises(REFUSED, match="disabled by configuration"):
            _ = [list(table.batches()) for _, table in tables(scope)]


def test_a_strangers_file_under_ones_own_name_is_refused_by_its_hash(house: Portal) -> None:
    """F4: somebody with access to the disk puts Beta's file where Alpha's stood."""
    lake = Path(settings.HOME.lake)
    with rls.as_staff():
        mine = EditionFile.objects.filter(customer_id=ALPHA, tree="daily").first()
        theirs = EditionFile.objects.filter(customer_id=BETA, tree="daily", edition__cycle=mine.edition.cycle).first()
    path = lake / mine.path
    kept = path.rename(path.with_suffix(".kept"))
    try:
        for put in (_copy, _link):
            path.unlink(missing_ok=True)
            put(lake / theirs.path, path)
            with pytest.raises(Altered, match="was altered after it was written"):
                house.sums(house.alice, "account", period=mine.edition.cycle)
    finally:
        kept.replace(path)
    assert house.sums(house.alice, "account", period=mine.edition.cycle)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _link(source: Path, target: Path) -> None:
    target.symlink_to(source)


def test_a_catalogue_row_that_points_elsewhere_is_refused(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path with '..', an absolute path, or a link, each with the right hash."""
    lake = Path(settings.HOME.lake)
    with rls.as_staff():
        theirs = EditionFile.objects.filter(customer_id=BETA, tree="charges").first()
    link = lake / "charges" / ALPHA / "link.parquet"
    link.symlink_to(lake / theirs.path)
    try:
        for path in (
            theirs.path.replace(BETA, f"{ALPHA}/../{BETA}"),
            str(lake / theirs.path),
            f"charges/{ALPHA}/link.parquet",
        ):
            file = LakeFile(path, theirs.rows, sha256_file(lake / theirs.path))
            [proved] = query._READER.paths([file])
            with query._READER.open(ALPHA) as connection, pytest.raises(REFUSED):
                connection.execute(read(proved))
    finally:
        link.unlink()


def test_the_lake_is_private_to_the_portal(house: Portal) -> None:
    lake = Path(settings.HOME.lake)
    assert lake.stat().st_mode & 0o077 == 0
    found = list(lake.rglob("*"))
    assert found
    assert [path for path in found if path.stat().st_mode & 0o077] == []
