"""Fills a home in a process of its own: `python -m tests.faults.stock [LINES]`; what it made stands in stdout.

The home is the one that the environment names. October of two customers, 12.34 and 5.00, and Alice, Charlie and Dana;
with LINES a September of so many lines for C0001, for files that take a while.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.running import environ


def stock(home: Path, lines: int = 0, **env: str) -> None:
    """In another process, because this one's Django belongs to another home."""
    subprocess.run(
        [sys.executable, "-m", "tests.faults.stock", str(lines)], env=environ(home, **env), check=True, timeout=120
    )


def bill_in(folder: Path, amount: str, day: str = "2026-10-05", account: str = "acct-a1") -> Path:
    """A final bill of October with one line."""
    from tests.portal import line, write_bill

    folder.mkdir(parents=True, exist_ok=True)
    return write_bill(folder / "customerBill_202610.tar.gz", [line(account, day, amount)])


def _fill(lines: int) -> None:
    from crossfoot.cli.session import portal as opened

    with opened() as home, TemporaryDirectory() as inbox:
        from tests.portal import LIST_X_1, Portal, line

        portal = Portal(home, Path(inbox))
        portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
        portal.prices(LIST_X_1)
        october = [line("acct-a1", "2026-10-05", "12.34"), line("acct-b1", "2026-10-05", "5.00")]
        portal.ingest(portal.bill("customerUsageV2_202610_20261006.tar.gz", october))
        if lines:
            many = [line("acct-a1", f"2026-09-{1 + n % 28:02}", "1.00", resource_id=f"i-{n}") for n in range(lines)]
            portal.ingest(portal.bill("customerBill_202609.tar.gz", many))
        portal.publish()
        assert all((portal.alice, portal.charlie, portal.dana))


if __name__ == "__main__":
    _fill(int(sys.argv[1]))
