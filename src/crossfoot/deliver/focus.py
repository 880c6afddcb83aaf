"""Charges in FOCUS, with the names of those who bill and are billed."""

from typing import BinaryIO

from django.conf import settings

from crossfoot.access.customers import name_of_customer
from crossfoot.access.rls import as_staff
from crossfoot.core.errors import BadRequest
from crossfoot.render.focus import Parties, render_focus_csv, render_focus_parquet
from crossfoot.reports.cost import CHARGES
from crossfoot.reports.table import Table


def write_focus_csv(table: Table, out: BinaryIO) -> str:
    """Write CSV; its sha256 in hex.

    Raises:
        BadRequest: the Table is not one of charges.
    """
    return render_focus_csv(_charges(table), _parties(table), out)


def write_focus_parquet(table: Table, out: BinaryIO) -> str:
    """Write Parquet; the rest as with CSV."""
    return render_focus_parquet(_charges(table), _parties(table), out)


def _charges(table: Table) -> Table:
    if table.report.key != CHARGES.key:
        raise BadRequest(f"FOCUS has a row for each charge: ask for the report {CHARGES.key} instead.")
    return table


def _parties(table: Table) -> Parties:
    customer = table.question.customer
    with as_staff():
        return Parties(settings.RESELLER, customer, name_of_customer(customer) or customer)
