"""The command line. Exit codes are contract.md's; every refusal is one sentence on stderr."""

import os
import sys

import typer

from crossfoot.cli import bills, books, care, doctor, findings, lab, log, maps, reports, serve, services, tokens, verify
from crossfoot.cli.say import warn
from crossfoot.core.errors import CrossfootError
from crossfoot.runtime.outage import find_outage

app = typer.Typer(
    name="crossfoot",
    help="The finance portal that a Huawei Cloud reseller runs for its customers and its own finance team.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    serve.up,
    serve.demo,
    lab.simulate,
    bills.ingest,
    bills.publish,
    bills.reconcile,
    reports.report,
    reports.reports,
    reports.definitions,
    verify.verify,
    care.backup,
    care.restore,
    doctor.doctor,
):
    app.command()(command)
app.command(hidden=True)(serve.work)
app.add_typer(bills.customers, name="customers")
app.add_typer(bills.prices, name="prices")
app.add_typer(books.entities, name="entities")
app.add_typer(books.invoices, name="invoices")
app.add_typer(books.payments, name="payments")
app.add_typer(maps.maps, name="maps")
app.add_typer(log.audit, name="audit")
app.add_typer(reports.users, name="users")
app.add_typer(services.services, name="services")
app.add_typer(tokens.tokens, name="tokens")
app.add_typer(findings.findings, name="findings")


def main() -> None:
    """Run a command; a refusal ends with its sentence and its exit code."""
    try:
        app()
    except CrossfootError as error:
        warn(error.sentence)
        sys.exit(error.exit_code)
    except SystemExit as ended:
        # Typer ends with 1, our own bug, where the reader of the output has left: `crossfoot report ... | head`.
        sys.exit(0 if isinstance(ended.__context__, BrokenPipeError) else ended.code)
    except Exception as error:
        outage = find_outage(error)
        if outage is None:
            raise
        warn(outage.sentence)
        _close_output()
        sys.exit(outage.exit_code)


def _close_output() -> None:
    """What a full disk did not take of the answer is dropped; Python would complain of it once more at the very end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
