"""A log of ten acts, how it is sealed and checked, and what only the owner of the tables can do to it."""

from django.db import connections

from crossfoot.access import rls
from crossfoot.audit import chain
from crossfoot.audit.chain import seal, verify
from crossfoot.audit.record import Action, record
from crossfoot.audit.witness import FILE, End, Note, Witness
from crossfoot.audit.witness import KEY as HOME_KEY
from crossfoot.runtime.home import open_home

KEY = "the key of this home"


def write_log() -> None:
    """Ten acts of one person, in two sealings: entries 1 to 10."""
    tamper("TRUNCATE audit_entry, audit_seal, audit_head RESTART IDENTITY")
    for name in (FILE, f"keys/{HOME_KEY}"):  # of the home, whose log this was
        (open_home().root / name).unlink(missing_ok=True)
    witness().write(Note(End()))
    for number in range(1, 11):
        record(Action.REPORT_VIEWED, "alice@example.com", customer="C0001", report="charges", number=number)
        if number in {6, 10}:
            assert sealed() == {6: 6, 10: 4}[number]
    assert checked() == chain.Verdict(sealed=10, unsealed=0)


def witness(key: str = KEY) -> Witness:
    """With a file of its own: the home's is the sealer's of other tests."""
    return Witness(key, open_home().tmp / "test.head")


def sealed(key: str = KEY) -> int:
    with rls.as_staff():
        count = seal(witness(key))
    if count:
        witness(key).settle()
    return count


def checked(key: str = KEY) -> chain.Verdict:
    with rls.as_staff():
        return verify(witness(key))


def tamper(*statements: str) -> None:
    """As nobody in the portal may: the owner of the tables."""
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
