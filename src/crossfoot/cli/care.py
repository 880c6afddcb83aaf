"""Commands that care for a home: a copy of it, and putting the copy back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from crossfoot.cli.say import AsJson, say, say_json
from crossfoot.cli.session import OPERATOR, portal, prepare_schema, start_django
from crossfoot.core.errors import BadRequest
from crossfoot.runtime.database import connected


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="The keys too, sealed under a passphrase that is asked for.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the database and every file that it refers to into one file; works while `up` runs."""
    passphrase = _ask_passphrase(is_new=True) if with_keys else None
    with portal() as home:
        from crossfoot.care.backup import make_backup  # noqa: PLC0415 - Django must be set up first

        made = make_backup(home, file, OPERATOR, passphrase)
    if as_json:
        return say_json(made.__dict__)
    say(f"{file}  {made.bytes} bytes  sha256 {made.sha256}")
    say(
        f"  {made.rows} rows of {made.tables} tables, {made.files} files, {'with' if made.has_keys else 'without'} keys"
    )
    if made.audit_fault:
        say(f"  The log did not verify, and will not after a restore: {made.audit_fault}")
    return None


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `crossfoot backup` wrote.")],
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Make new keys even if the file has some.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup into an empty home, whole or not at all."""
    from crossfoot.care.archive import members, read_manifest  # noqa: PLC0415
    from crossfoot.care.secrets import MEMBER, open_keys, put_keys  # noqa: PLC0415

    manifest = read_manifest(file)
    keys: dict[str, str] = {}
    if MEMBER in manifest["members"] and not without_keys:
        sealed = next(b"".join(chunks) for name, chunks in members(file) if name == MEMBER)
        keys = open_keys(sealed, _ask_passphrase(is_new=False))
    from crossfoot.care.vacant import mark_database, release, vacant_home  # noqa: PLC0415

    with vacant_home() as home:
        put_keys(home, keys)
        with connected(home):
            mark_database(home)
            start_django()
            from django.db import connections  # noqa: PLC0415

            from crossfoot.care.restore import restore_backup  # noqa: PLC0415

            try:
                done = restore_backup(home, file, manifest, OPERATOR, has_keys=bool(keys), prepare=prepare_schema)
                release(home)
            finally:
                connections.close_all()
    if as_json:
        return say_json(done.__dict__ | {"home": str(home.root)})
    say(f"{file.name} of {done.made_at} is restored into {home.root}")
    say(f"  {done.rows} rows of {done.tables} tables, {done.files} files; {done.sealed} entries of the log verified")
    if done.audit_fault:
        say(f"  The log did not verify when the backup was made, and does not now: {done.audit_fault}")
    if not keys:
        say(
            "  New keys were made: the end of the log is signed with the new one, and links to set a password are void."
        )
    say(f"  Everybody signs in again; {done.jobs_left_out} jobs that waited were left out.")
    return None


def _ask_passphrase(*, is_new: bool) -> str:
    """From a prompt, twice where it is new; from the first line of stdin where nobody sits there."""
    if sys.stdin.isatty():
        answer: str = typer.prompt("Passphrase of the keys", hide_input=True, confirmation_prompt=is_new)
        return answer
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        raise BadRequest("The keys need a passphrase: type it, or pass it as the first line of stdin.")
    return line
