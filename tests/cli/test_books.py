"""`crossfoot entities|invoices|payments import`: what the commands say, and what they leave behind."""

from pathlib import Path

from tests.billing.desk import ENTITIES, INVOICES, LINES, PAYMENTS, csv, invoice, payment
from tests.cli.command import Run
from tests.portal import Portal


def write(folder: Path, name: str, header: str, *rows: str) -> Path:
    path = folder / name
    path.write_bytes(csv(name, header, *rows).data)
    return path


def test_the_books_of_a_month_by_command(portal: Portal, crossfoot: Run, tmp_path: Path) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    assert portal.alice
    entities = write(tmp_path, "entities.csv", ENTITIES, "SG01,Crossfoot Pte Ltd,USD,Asia/Singapore,,")
    invoices = write(
        tmp_path, "invoices.csv", INVOICES, invoice("INV-1", "2026-08-05", "2026-09-04", "100.00+8.00", "2026-07")
    )
    lines = write(tmp_path, "lines.csv", LINES, "SG01,INV-1,1,,Elastic Cloud Server,SR,100.00")
    payments = write(tmp_path, "payments.csv", PAYMENTS, payment("P1", "2026-08-20", "100.00", "INV-1"))

    assert crossfoot("entities", "import", entities).out.decode().startswith("entities.csv: 1 new")
    dry = crossfoot("invoices", "import", invoices, "--lines", lines, "--dry-run")
    assert dry.out.decode().splitlines() == [
        "invoices.csv: 1 would be new, 0 unchanged, 0 refused",
        "  new: row 1: invoice INV-1 of C0001, USD 108.00",
    ]
    whole = crossfoot("report", "invoices-and-payments", "--as", "alice@example.com", "--format", "json").document
    assert whole["rows"] == []  # type: ignore[index]
    assert crossfoot("invoices", "import", invoices, "--lines", lines).code == 0
    told = crossfoot("payments", "import", payments, "--json").document
    assert told["allocated"] == [  # type: ignore[index]
        {
            "customer": "C0001",
            "source": "P1",
            "target": "INV-1",
            "currency": "USD",
            "amount": "100.00",
            "how": "exact_number",
        }
    ]
    again = crossfoot("payments", "import", payments)
    assert again.out.decode().splitlines() == ["payments.csv: 0 new, 1 unchanged, 0 refused"]
    found = crossfoot("report", "invoices-and-payments", "--as", "alice@example.com", "--format", "json").document
    [total] = found["totals"]  # type: ignore[index]
    assert (total["amount_due"], total["balance"]) == ("8.00", "8.00")


def test_a_file_that_is_refused_ends_with_its_code_and_names_each_row(
    portal: Portal, crossfoot: Run, tmp_path: Path
) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    bad = write(tmp_path, "invoices.csv", INVOICES, invoice("INV-1", "2026-08-05", "2026-09-04", "100.00"))
    ran = crossfoot("invoices", "import", bad)
    assert (ran.code, ran.out) == (3, b"")
    assert "Row 1: There is no entity 'SG01'" in ran.err
    dry = crossfoot("invoices", "import", bad, "--dry-run", "--json")
    assert dry.code == 3
    assert [row["state"] for row in dry.document["rows"]] == ["refused"]  # type: ignore[index]
    missing = crossfoot("payments", "import", tmp_path / "nowhere.csv")
    assert (missing.code, missing.out) == (2, b"")
    assert "cannot be read" in missing.err
