"""Run in a process of its own, on a home of its own: one customer with a month, its finance, and the reseller's.

`python -m tests.care.furnish INBOX`. Everything that names somebody is a canary of tests/care/canaries.py.
"""

import sys
from pathlib import Path

from crossfoot.cli.session import portal
from tests.care.canaries import ALICE, CUSTOMER, DANA, NAME, PASSWORDS

with portal() as home:
    from crossfoot.access.register import add_person
    from crossfoot.core.roles import Role
    from tests.portal import LIST_X_1, Portal, line

    found = Portal(home, Path(sys.argv[1]))
    found.customers(f"{CUSTOMER},{NAME},USD,acct-canary,,")
    found.prices(LIST_X_1)
    add_person(ALICE, Role.CUSTOMER_FINANCE, password=PASSWORDS[ALICE], actor="test", customer=CUSTOMER)
    add_person(DANA, Role.RESELLER_FINANCE, password=PASSWORDS[DANA], actor="test")
    found.ingest(found.bill("customerBill_202610.tar.gz", [line("acct-canary", "2026-10-03", "11.11")]))
    found.publish()
