"""Is a file, or a result's id, one that this portal handed out? The exit code says it too."""

from pathlib import Path

import typer

from crossfoot.cli.say import AsJson, say, say_json
from crossfoot.cli.session import portal
from crossfoot.core.errors import BadRequest

EXITS = {"genuine": 0, "superseded": 5, "altered": 6, "unknown": 8}


def verify(file_or_id: str, as_json: AsJson = False) -> None:
    """`genuine`, `superseded by edition N`, `altered` or `unknown`: by a file's bytes, else by the id it bears."""
    from crossfoot.deliver.claim import Claim, read_file, read_text  # noqa: PLC0415 - the room's models need Django

    path = Path(file_or_id)
    try:
        is_file = path.is_file()
        claim = Claim()
        if is_file:
            with path.open("rb") as file:
                claim = read_file(file, path.name)
        else:
            claim = read_text(file_or_id)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be one"
        raise BadRequest(f"The file {file_or_id[:200]} cannot be read ({reason}).") from error
    if claim == Claim():
        raise BadRequest(
            f"{file_or_id[:200]} is neither a file here nor an id such as 7K3F-92QD-01AB-XY5Z nor a sha256: name one."
        )
    with portal():
        from crossfoot.access.rls import as_staff  # noqa: PLC0415 - Django must be set up first
        from crossfoot.deliver.verify import verify as judge  # noqa: PLC0415

        with as_staff():
            verdict = judge(claim, "")
    known = verdict.known
    if as_json:
        say_json(
            {
                "verdict": verdict.word.value,
                "words": verdict.words,
                "by_bytes": verdict.by_bytes,
                "sha256": claim.sha256 or None,
                "id": claim.id or (known.id if known else None),
                "customer": known.customer if known else None,
                "report": known.report if known else None,
                "format": known.format if known else None,
                "made_at": known.made_at if known else None,
                "editions": list(known.editions) if known else [],
                "newer": [newer.__dict__ for newer in verdict.newer],
            }
        )
    else:
        say(verdict.words)
    raise typer.Exit(EXITS[verdict.word.value])
