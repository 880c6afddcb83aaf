"""A portal in a test: bills written by hand in, published numbers out, through the real path.

Alice is finance of C0001 (customer A), Bob a viewer of one of its accounts, Charlie finance of C0002, Dana the
reseller's finance, Erin its support, Frank its operator.
"""

import csv
import io
import json
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.db import connections
from django.test import Client

from crossfoot.access import rls
from crossfoot.access.models import User
from crossfoot.access.register import add_person, import_customers
from crossfoot.access.scope import find_user, scope_for
from crossfoot.audit.witness import FILE, KEY
from crossfoot.core.roles import Role
from crossfoot.deliver.files import make_file
from crossfoot.ingest.accept import Receipt, accept
from crossfoot.pricing.book import approve_prices, import_prices
from crossfoot.publish.publish import Published, list_cycles, publish
from crossfoot.query.run import run
from crossfoot.reports.catalog import get_report
from crossfoot.reports.question import ask
from crossfoot.reports.table import Table
from crossfoot.runtime.home import Home
from crossfoot.sources.columns import COLUMNS, Holds
from crossfoot.sources.huawei_files import find_bills

PASSWORD = "correct horse battery staple"
LIST_X_1 = "R1,2020-01-01,,,,list_pct,100"
ACTOR = "test@reseller.example"


@dataclass
class Portal:
    """The home under test, and a folder for the bills that Huawei would have pushed."""

    home: Home
    inbox: Path

    def empty(self) -> None:
        """Forget everything, as the owner of the tables."""
        tables = ", ".join(m._meta.db_table for m in rls.our_models())
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"TRUNCATE {tables}, django_session RESTART IDENTITY CASCADE")
        connections["owner"].close()
        for name in (FILE, f"keys/{KEY}"):  # an emptied log would be missed otherwise
            (self.home.root / name).unlink(missing_ok=True)
        for folder in (Path(self.home.lake), self.home.landed, self.home.accepted):
            for inner in folder.iterdir():
                shutil.rmtree(inner) if inner.is_dir() else inner.unlink()

    # People and the price book

    def customers(self, *rows: str) -> None:
        """`C0001,Name,USD,account,valid_from,valid_to` a row."""
        path = self.inbox / "customers.csv"
        path.write_text("customer_id,name,currency,account_id,valid_from,valid_to\n" + "\n".join(rows) + "\n")
        import_customers(path, ACTOR)

    def prices(self, *rows: str) -> None:
        """`rule_id,valid_from,valid_to,customer_id,service,action,value` a row; imported and approved by Dana."""
        path = self.inbox / "prices.csv"
        path.write_text("rule_id,valid_from,valid_to,customer_id,service,action,value\n" + "\n".join(rows) + "\n")
        import_prices(path, ACTOR)
        approve_prices("all", self.dana)

    def person(self, name: str, role: Role, customer: str = "", **scope: Sequence[str]) -> User:
        """Somebody with a role, made once."""
        email = f"{name}@example.com"
        known = User.objects.filter(email=email).first()
        return known or add_person(email, role, password=PASSWORD, actor=ACTOR, customer=customer, **scope)

    @property
    def alice(self) -> User:
        return self.person("alice", Role.CUSTOMER_FINANCE, "C0001")

    @property
    def bob(self) -> User:
        return self.person("bob", Role.CUSTOMER_VIEWER, "C0001", accounts=["acct-a2"])

    @property
    def charlie(self) -> User:
        return self.person("charlie", Role.CUSTOMER_FINANCE, "C0002")

    @property
    def dana(self) -> User:
        return self.person("dana", Role.RESELLER_FINANCE)

    @property
    def erin(self) -> User:
        return self.person("erin", Role.RESELLER_SUPPORT)

    @property
    def frank(self) -> User:
        return self.person("frank", Role.RESELLER_OPERATOR)

    def client_for(self, user: User | None) -> Client:
        """A browser without a screen, signed in as this person (nobody with None)."""
        client = Client(SERVER_NAME="localhost")
        if user is not None:
            client.force_login(user)
        return client

    # Bills in, numbers out

    def bill(self, name: str, lines: Sequence[Mapping[str, str]], **how: str) -> Path:
        """Write a bill file of Huawei's form; see `write_bill`."""
        return write_bill(self.inbox / name, lines, **how)

    def ingest(self, path: Path) -> list[Receipt]:
        """Accept what lies at a path."""
        return [accept(bill, self.home, ACTOR) for bill in find_bills(path)[0]]

    def publish(self, cycle: str = "") -> list[Published]:
        """Publish a cycle, or all."""
        return [publish(c, self.home, ACTOR) for c in ([cycle] if cycle else list_cycles())]

    def table(self, key: str, user: User, customer: str = "", **question: object) -> Table:
        """Ask as somebody."""
        scope = scope_for(find_user(user.email), customer)
        asked = ask(get_report(key, scope.role), scope.role, **question)  # type: ignore[arg-type]
        return run(asked.report, asked, scope)

    def sums(
        self, user: User, by: str, customer: str = "", measure: str = "billed_cost", **question: object
    ) -> dict[str | None, str | None]:
        """`usage-to-cost` by one dimension: value -> shown cost."""
        table = self.table("usage-to-cost", user, customer, by=[by], **question)
        return {row[by]: row[measure] for row in table.rows()}

    def total(self, user: User, customer: str = "", measure: str = "billed_cost", **question: object) -> str | None:
        """The total of `usage-to-cost`."""
        totals = self.table("usage-to-cost", user, customer, **question).totals
        assert len(totals) == 1, totals
        return totals[0][measure]

    def document(self, key: str, user: User, customer: str = "", **question: object) -> tuple[bytes, dict[str, object]]:
        """The JSON file of a report: its bytes, and what they say."""
        scope = scope_for(find_user(user.email), customer)
        made = make_file(self.table(key, user, customer, **question), "json", scope, self.home)
        data = made.path.read_bytes()
        made.path.unlink()
        return data, json.loads(data)


def line(account: str, day: str, list_cost: str, **cells: str) -> dict[str, str]:
    """A line of a bill: pay-per-use of one service, all of it due and outstanding, unless cells say otherwise.

    A service of another name has no code: a known one would give it the name of Huawei's service.
    """
    if "cloud_service_type_name" in cells:
        cells = {"cloud_service_type": ""} | cells
    amount = cells.get("amount", list_cost)
    discount = str(Decimal(list_cost) - Decimal(amount))
    return {
        "cycle": day[:7],
        "bill_date": day,
        "customer_id": account,
        "account_name": f"name of {account}",
        "bill_type": "5",
        "charge_mode": "1",
        "cloud_service_type": "hws.service.type.ec2",
        "cloud_service_type_name": "Elastic Cloud Server",
        "official_amount": list_cost,
        "discount_amount": discount,
        "truncated_amount": "0",
        "amount": amount,
        "debt_amount": amount,
        "trade_time": f"{day} 23:30:00 GMT+08:00",
        "currency": "USD",
    } | cells


def write_bill(
    path: Path,
    lines: Sequence[Mapping[str, str]],
    *,
    lang: str = "en",
    currency_in_header: str = "",
    member: str = "",
) -> Path:
    """A tar.gz as Huawei pushes it. Money cells get 8 decimals; columns that a line lacks stay empty."""
    money = {c.key for c in COLUMNS if c.holds is Holds.MONEY}
    columns = [c for c in COLUMNS if c.key != "currency" or not currency_in_header]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    suffix = f" ({currency_in_header})" if currency_in_header else ""
    writer.writerow((c.english if lang == "en" else c.chinese) + (suffix if c.key in money else "") for c in columns)
    for cells in lines:
        writer.writerow(_cell(c.key, cells.get(c.key, ""), is_money=c.key in money) for c in columns)
    name = member or path.name.removesuffix(".tar.gz") + "_0001.csv"
    return pack(path, {name: text.getvalue().encode()})


def pack(path: Path, members: Mapping[str, bytes]) -> Path:
    """An archive of these members."""
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def _cell(key: str, value: str, *, is_money: bool) -> str:
    """Amounts with 8 decimals; the parts of the due amount default to none, settlement to unknown."""
    if not is_money or (key == "settlement_amount" and not value):
        return value
    try:
        return f"{Decimal(value or '0'):.8f}"
    except ArithmeticError:
        return value  # a test of what cannot be read
