"""Commands of the reseller's operator: bills in, prices, editions out, and the second opinion."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crossfoot.cli.maps import Preview, show_preview
from crossfoot.cli.say import AsJson, say, say_findings, say_json
from crossfoot.cli.session import OPERATOR, portal
from crossfoot.core.errors import BadRequest, RefusedByFindings, Unreconciled
from crossfoot.core.finding import Finding
from crossfoot.sources.bill import Source

if TYPE_CHECKING:
    from crossfoot.ingest.accept import Receipt

customers = typer.Typer(help="Customers and the Huawei accounts they own.", no_args_is_help=True)
prices = typer.Typer(help="The price book.", no_args_is_help=True)


def ingest(
    paths: Annotated[
        list[str], typer.Argument(help="Bill files, or folders that hold them; also s3://BUCKET/FOLDER, obs://….")
    ],
    source: Annotated[str, typer.Option(help="Who made the files: huawei, focus or upload.")] = "huawei",
    map_name: Annotated[str, typer.Option("--map", help="The column map of an upload.")] = "",
    is_preview: Preview = False,
    as_json: AsJson = False,
) -> None:
    """Accept bill files; the same bytes twice change nothing."""
    _check_asked(source, map_name)
    if is_preview:
        if not map_name or len(paths) != 1:
            raise BadRequest("A preview shows one upload: write --source upload --map NAME --preview FILE.")
        show_preview(Path(paths[0]), map_name, as_json)
        return
    with portal() as home:
        from crossfoot.ingest.accept import Receipt  # noqa: PLC0415 - Django must be set up first
        from crossfoot.ingest.arrive import accept_from, read_addresses  # noqa: PLC0415
        from crossfoot.ingest.maps import get_map  # noqa: PLC0415

        columns = get_map(map_name).columns if map_name else None
        receipts: list[Receipt] = []
        notes: list[Finding] = []
        for there in read_addresses(paths, home, os.environ):
            for seen in accept_from(there, Source(source), home, OPERATOR, columns):
                if isinstance(seen, Receipt):
                    receipts.append(seen)
                    _say_receipt(seen, as_json)
                else:
                    notes.append(seen)
    if as_json:
        say_json({"files": [r.as_json() for r in receipts], "findings": [f.as_json() for f in notes]})
    else:
        say_findings(notes)
    refused = [*(r.name for r in receipts if not r.is_clean), *(f.file for f in notes if f.is_block)]
    if refused:
        raise RefusedByFindings(f"Refused, in whole or in part: {', '.join(refused)}. The other files were accepted.")
    if not receipts:
        raise RefusedByFindings("There was no bill file to accept.")


def _check_asked(source: str, map_name: str) -> None:
    if source not in list(Source):
        raise BadRequest(f"The source {source!r} cannot be read: choose from {', '.join(Source)}.")
    if (source == Source.UPLOAD) != bool(map_name):
        raise BadRequest(
            "An upload is read by a column map: write --source upload --map NAME; see `crossfoot maps list`."
        )


def _say_receipt(receipt: "Receipt", is_json: bool) -> None:
    if is_json:
        return
    state = "accepted" if receipt.is_accepted else "refused"
    say(f"{receipt.name}  {state}{'' if receipt.is_new else ' before'}  sha256 {receipt.sha256}  {receipt.rows} rows")
    for currency, total in receipt.totals.items():
        unknown = "unknown" if total["settlement_amount"] is None else total["settlement_amount"]
        say(f"  {currency}  list {total['list_cost']}  due {total['amount']}  settlement {unknown}")
    say_findings(receipt.findings)


def publish(
    cycle: Annotated[list[str] | None, typer.Option(help="Only this cycle, such as 2026-10. May repeat.")] = None,
    as_json: AsJson = False,
) -> None:
    """Price, check and publish what changed; a blocked customer keeps its last edition."""
    with portal() as home:
        from crossfoot.publish.publish import list_cycles  # noqa: PLC0415
        from crossfoot.publish.publish import publish as publish_cycle  # noqa: PLC0415

        known = list_cycles()
        unknown = sorted(set(cycle or ()) - set(known))
        if unknown:
            raise BadRequest(
                f"Nothing was ingested for {', '.join(unknown)}: there is {', '.join(known) or 'nothing'}."
            )
        results = [publish_cycle(c, home, OPERATOR) for c in (sorted(set(cycle)) if cycle else known)]
    if as_json:
        say_json({"cycles": [r.as_json() for r in results]})
    for result in results if not as_json else ():
        made = ", ".join(f"{c} edition {n} {s}" for c, n, s in result.editions)
        still = f", {len(result.still_blocked)} still blocked" if result.still_blocked else ""
        say(
            f"{result.cycle}  {len(result.editions)} published, {result.unchanged} unchanged, {len(result.blocked)} blocked{still}"
        )
        if made:
            say(f"  {made}")
        say_findings(result.findings)
    blocked = [f"{c} {r.cycle}" for r in results for c in (*r.blocked, *r.still_blocked)]
    if blocked:
        raise RefusedByFindings(f"Blocked by findings: {', '.join(blocked)}. The others were published.")


def reconcile(as_json: AsJson = False) -> None:
    """Derive every published figure again from the landed files, by another path."""
    with portal() as home:
        from crossfoot.reconcile import reconcile as reconcile_all  # noqa: PLC0415

        outcome = reconcile_all(home)
    if as_json:
        say_json(outcome.as_json())
    else:
        for line in outcome.lines():
            say(line)
    if not outcome.is_clean:
        raise Unreconciled


@customers.command("import")
def import_customers(file: Path, as_json: AsJson = False) -> None:
    """Import customers and their accounts from CSV: customer_id,name,currency,account_id,valid_from,valid_to."""
    with portal():
        from crossfoot.access.register import import_customers as import_file  # noqa: PLC0415

        rows = import_file(file, OPERATOR)
    if as_json:
        say_json({"file": file.name, "rows": rows})
    else:
        say(f"{rows} rows imported from {file.name}")


@prices.command("import")
def import_prices(file: Path, as_json: AsJson = False) -> None:
    """Import price rules as drafts from CSV: rule_id,valid_from,valid_to,customer_id,service,action,value."""
    with portal():
        from crossfoot.pricing.book import import_prices as import_file  # noqa: PLC0415

        done = import_file(file, OPERATOR)
    if as_json:
        say_json({"file": file.name, "new": list(done.new), "unchanged": done.unchanged})
    else:
        say(f"{len(done.new)} rules to approve, {done.unchanged} unchanged" + "".join(f"\n  {r}" for r in done.new))


@prices.command("approve")
def approve_prices(
    rule_id: str,
    email: Annotated[str, typer.Option("--as", help="Who approves: a person of reseller finance.")],
    as_json: AsJson = False,
) -> None:
    """Approve a rule, or all; it prices from then on."""
    with portal():
        from crossfoot.access.scope import find_user  # noqa: PLC0415
        from crossfoot.pricing.book import approve_prices as approve  # noqa: PLC0415

        approved = approve(rule_id, find_user(email))
    if as_json:
        say_json({"approved": list(approved)})
    else:
        say(f"{len(approved)} rules approved" + "".join(f"\n  {r}" for r in approved))
