"""Turns a home's data into what the first version left: its tables, and files with the columns it knew.

`python -m tests.faults.earlier`, on the home and the database that the environment names: every migration after the
first of each room is taken back, and every file that is stored is written anew without the columns that came later.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import duckdb
import psycopg
from pyarrow import parquet

from crossfoot.runtime.files import sha256_file
from crossfoot.runtime.home import Home, open_home

# The columns of charges, of the rollup and of Buy at commit f86da8f. Never add to them: that is their point.
FIRST = """charge_key customer_id cycle bill_date account_id account_name bill_type charge_category charge_frequency
    charge_mode charge_description service_code service_name resource_type_code resource_type_name product_id
    product_name specification sku_code region_id region_name availability_zone project_id project_name resource_id
    resource_name tags tags_raw trade_id order_id original_order_id order_type trade_at charge_start charge_end
    period_type period_num usage_type usage_quantity usage_unit package_quantity reserved_quantity list_unit_price
    price_unit currency list_cost billed_cost source_file source_record source_sha256 discount_amount truncated_amount
    amount cash_amount credit_amount coupon_amount flexipurchase_coupon_amount stored_card_amount bonus_amount
    debt_amount adjustment_amount settlement_amount record_id rows"""


def main() -> None:
    """Take back, and rewrite."""
    home = open_home()
    _take_back()
    with psycopg.connect(os.environ["SUPERUSER_URL"]) as owner:
        for table, key in (("publish_editionfile", "path"), ("publish_buyedition", "path")):
            for number, path in owner.execute(f"SELECT id, {key} FROM {table}").fetchall():
                new = _without_later_columns(Path(home.lake) / path)
                owner.execute(
                    f"UPDATE {table} SET path = %s, sha256 = %s WHERE id = %s",
                    [str(new.relative_to(home.lake)), sha256_file(new), number],
                )
        _rewrite_accepted(owner, home)
        owner.execute("UPDATE publish_monthstate SET inputs = ''")  # they were hashed by another version


def _take_back() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "crossfoot.config.settings"
    django.setup()
    from django.apps import apps
    from django.core.management import call_command

    for app in [a for a in apps.get_app_configs() if a.name.startswith("crossfoot.")]:
        if (Path(app.path) / "migrations" / "0001_initial.py").exists():
            call_command("migrate", app.label, "0001", database="owner", interactive=False, verbosity=0)


def _rewrite_accepted(owner: "psycopg.Connection[tuple[object, ...]]", home: Home) -> None:
    for number, sha in owner.execute("SELECT id, sha256 FROM ingest_batch WHERE is_accepted").fetchall():
        path = home.accepted / f"{sha}.parquet"
        new = _without_later_columns(path)
        new.rename(path)
        owner.execute("UPDATE ingest_batch SET charges_sha256 = %s WHERE id = %s", [sha256_file(path), number])


def _without_later_columns(path: Path) -> Path:
    """The file without them, under the name of its new content; where there are none, without one that may be missing."""
    names = parquet.read_schema(path).names
    left_out = [name for name in names if name not in FIRST.split()] or ["availability_zone"]
    kept = ", ".join(name for name in names if name not in left_out)
    draft = path.with_suffix(".draft")
    with duckdb.connect() as bench:
        bench.execute(f"COPY (SELECT {kept} FROM read_parquet('{path}')) TO '{draft}' (FORMAT parquet)")
    path.unlink()
    return draft.rename(path.with_name(f"{sha256_file(draft)[:32]}.parquet"))


def at(url: str, database: str) -> str:
    """The same server and login, another database."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


if __name__ == "__main__":
    main()
