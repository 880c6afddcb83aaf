"""A desk that takes in files of any source, as on a given day."""

from datetime import date
from pathlib import Path

from crossfoot.core.clock import today
from crossfoot.ingest.accept import Receipt, accept
from crossfoot.sources.bill import Source
from crossfoot.sources.find import find_files
from tests.portal import ACTOR, Portal


class Desk:
    """Alpha has two accounts and Beta one; every customer pays 90 % of List."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
        portal.prices("R1,2026-01-01,,,,list_pct,90")

    def ingest(self, path: Path, on: date | None = None, source: Source = Source.FOCUS) -> list[Receipt]:
        bills, _ = find_files(source, path, on or today())
        return [accept(bill, self.portal.home, ACTOR) for bill in bills]
