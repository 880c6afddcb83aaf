"""A Table on paper: what the page shows around it, gathered for the PDF."""

from typing import BinaryIO

from django.conf import settings
from django.utils.translation import get_language, gettext

from crossfoot.access.customers import name_of_customer
from crossfoot.access.rls import as_staff
from crossfoot.core.ids import sha256_hex
from crossfoot.render.chart import render_chart
from crossfoot.render.names import service_names
from crossfoot.render.paper import Paper
from crossfoot.render.pdf import render_pdf
from crossfoot.reports.table import Table

BRAND = "Crossfoot"


def write_pdf(table: Table, out: BinaryIO) -> str:
    """Write the file in the reader's language; its sha256 in hex. Raises what `render_pdf` raises."""
    language = get_language() or settings.LANGUAGE_CODE
    called = service_names(table, language, () if table.report.is_lines else table.rows())
    made = render_pdf(table, _paper(table, language), render_chart(table, gettext, called))
    out.write(made)
    return sha256_hex(made)


def _paper(table: Table, language: str) -> Paper:
    customer = table.question.customer
    with as_staff():
        name = name_of_customer(customer)
    return Paper(
        brand=BRAND,
        customer=f"{name} ({customer})" if name else customer,
        verify_at=f"{settings.PUBLIC_URL}/verify",
        language=language,
        format=settings.PAPER,
        say=gettext,
    )
