"""Whoever changes the log, or the file of its head, is named: tried as the owner of the tables."""

from contextlib import suppress

import pytest

from crossfoot.access import rls
from crossfoot.audit import chain
from crossfoot.audit.chain import renew, seal
from crossfoot.audit.models import Seal
from crossfoot.audit.record import Action, record
from crossfoot.audit.witness import End, Note
from crossfoot.core.errors import Altered
from tests.walls.logbook import checked, sealed, tamper, witness


@pytest.mark.parametrize(
    "column", ["actor = 'bob@example.com'", "action = 'x'", "customer = 'C0002'", "at = at + interval '1 microsecond'"]
)
def test_an_edited_entry_is_named(log: None, column: str) -> None:
    tamper(f"UPDATE audit_entry SET {column} WHERE id = 4", "UPDATE audit_entry SET actor = 'x' WHERE id = 8")
    assert checked() == chain.Verdict(sealed=3, unsealed=0, fault="Entry 4 (seal 4) was changed.")


def test_an_edited_detail_is_named(log: None) -> None:
    tamper("""UPDATE audit_entry SET detail = jsonb_set(detail, '{number}', '99') WHERE id = 1""")
    assert checked().fault == "Entry 1 (seal 1) was changed."


@pytest.mark.parametrize("number", [1, 5, 10])
def test_a_deleted_entry_is_named(log: None, number: int) -> None:
    tamper(f"DELETE FROM audit_entry WHERE id = {number}")
    assert checked().fault == f"Entry {number} (seal {number}) was deleted."


def test_entries_that_changed_places_are_named(log: None) -> None:
    tamper(
        "UPDATE audit_entry SET id = -1 WHERE id = 3",
        "UPDATE audit_entry SET id = 3 WHERE id = 7",
        "UPDATE audit_entry SET id = 7 WHERE id = -1",
    )
    assert checked().fault == "Entry 3 (seal 3) was changed."


def test_seals_that_changed_places_are_named(log: None) -> None:
    tamper(
        "UPDATE audit_seal SET number = -1 WHERE number = 3",
        "UPDATE audit_seal SET number = 3 WHERE number = 7",
        "UPDATE audit_seal SET number = 7 WHERE number = -1",
    )
    assert checked().fault == "Entry 7 (seal 3) was changed."


def test_a_seal_cut_out_of_the_middle_is_named(log: None) -> None:
    tamper("DELETE FROM audit_entry WHERE id = 5", "DELETE FROM audit_seal WHERE number = 5")
    assert checked().fault == "Seal 5 is missing: the chain was cut or reordered there."


def test_the_first_entries_cut_off_are_named(log: None) -> None:
    tamper(
        "DELETE FROM audit_entry WHERE id <= 2",
        "DELETE FROM audit_seal WHERE number <= 2",
        "UPDATE audit_seal SET number = number - 2",
    )
    assert checked().fault == "Entry 3 (seal 1) was changed."


@pytest.mark.parametrize("kept", [0, 1, 6, 9])
def test_a_cut_tail_is_told_by_the_signed_head(log: None, kept: int) -> None:
    tamper(f"DELETE FROM audit_entry WHERE id > {kept}", f"DELETE FROM audit_seal WHERE number > {kept}")
    assert checked().fault == f"The chain ends at seal {kept}, but seal 10 was signed: the tail was cut."


def test_a_chain_made_again_needs_the_key(log: None) -> None:
    """Edit an entry, drop all seals, and seal again with a key of one's own."""
    tamper("UPDATE audit_entry SET actor = 'bob@example.com' WHERE id = 4", "TRUNCATE audit_seal, audit_head")
    assert sealed("another key") == 10
    assert checked().fault == "The head of the chain was not signed by this installation."


def test_a_head_that_is_gone_is_missed(log: None) -> None:
    tamper("DELETE FROM audit_head")
    assert checked().fault == "The signed head is missing: the end of the chain cannot be trusted."


@pytest.mark.parametrize("change", ["number = 6", "hash = repeat('0', 64)", "signature = repeat('0', 64)"])
def test_a_changed_head_is_not_ours(log: None, change: str) -> None:
    tamper(f"UPDATE audit_head SET {change}")
    assert checked().fault == "The head of the chain was not signed by this installation."


def test_a_log_that_was_emptied_whole_is_missed(log: None) -> None:
    tamper("TRUNCATE audit_entry, audit_seal, audit_head RESTART IDENTITY")
    cut = "The chain ends at seal 0, but audit.head in the home names seal 10: {}"
    assert checked().fault == cut.format("the log was cut there, or the database is an older copy.")


def cut_back(number: int) -> None:
    """Take the last entries away, and put back the head that was signed before them."""
    with rls.as_staff():
        end = End(number, Seal.objects.get(number=number).hash)
    tamper(
        f"DELETE FROM audit_entry WHERE id > {number}",
        f"DELETE FROM audit_seal WHERE number > {number}",
        f"UPDATE audit_head SET number = {number}, hash = '{end.hash}', signature = '{witness().sign(end)}'",
    )


@pytest.mark.parametrize("kept", [9, 6, 1])
def test_a_tail_cut_back_to_an_older_head_is_missed(log: None, kept: int) -> None:
    cut_back(kept)
    assert f"ends at seal {kept}, but audit.head in the home names seal 10" in checked().fault


def test_what_comes_after_a_cut_does_not_hide_it(log: None) -> None:
    cut_back(6)
    for count in (3, 5):
        for number in range(count):
            record(Action.PRICES_APPROVED, "dana@example.com", number=number)
        assert sealed() == count
        assert checked().fault != ""
    assert checked().fault == "Seal 10 is not the one that audit.head in the home names: the log was written anew."


def test_a_file_of_the_head_that_was_removed_is_missed_for_good(log: None) -> None:
    witness().path.unlink()
    assert checked().fault.startswith("audit.head is missing in the home")
    record(Action.REPORT_VIEWED, "alice@example.com")
    assert sealed() == 1
    assert checked().fault.startswith("audit.head is missing in the home")


def test_an_older_file_of_the_head_put_back_is_told(log: None) -> None:
    older = witness().path.read_bytes()
    record(Action.REPORT_VIEWED, "alice@example.com")
    assert sealed() == 1
    witness().path.write_bytes(older)
    told = (
        "audit.head in the home ends at seal 10 and the log goes on to seal 11: the file was replaced by an older one."
    )
    assert checked().fault.startswith(told)
    record(Action.REPORT_VIEWED, "alice@example.com")
    assert sealed() == 1
    assert witness().path.read_bytes() == older, "the evidence was written over"


def test_a_file_of_another_key_or_with_another_byte_is_not_ours(log: None) -> None:
    whole = witness().path.read_bytes()
    for altered in (whole.replace(b'"number":10', b'"number":11'), whole[:-9], b"", b"[]", b'{"head":1}'):
        witness().path.write_bytes(altered)
        assert checked().fault.startswith("audit.head in the home was altered"), altered
    witness("another").write(Note(End(10, "0" * 64)))
    assert checked().fault.startswith("audit.head in the home was altered")


@pytest.mark.parametrize("commits", [True, False])
def test_a_sealer_that_is_killed_around_its_commit_leaves_a_sound_log(log: None, *, commits: bool) -> None:
    record(Action.REPORT_VIEWED, "alice@example.com")
    with suppress(InterruptedError), rls.as_staff():
        assert seal(witness()) == 1
        if not commits:
            raise InterruptedError
    assert witness().read() != Note(witness().read().head), "the file does not say what was about to come"
    assert checked() == chain.Verdict(sealed=11 if commits else 10, unsealed=0 if commits else 1)
    record(Action.REPORT_VIEWED, "alice@example.com")
    assert sealed() == (1 if commits else 2)
    assert checked() == chain.Verdict(sealed=12, unsealed=0)


def test_a_head_is_renewed_over_an_unbroken_chain_alone(log: None) -> None:
    witness().path.unlink()
    with rls.as_staff():
        assert renew(witness("a new key")) == 10
    assert checked("a new key") == chain.Verdict(sealed=10, unsealed=0)
    tamper("UPDATE audit_entry SET actor = 'x' WHERE id = 8")
    with pytest.raises(Altered, match="Entry 8"), rls.as_staff():
        renew(witness())


def test_an_entry_slipped_in_is_new_and_not_old(log: None) -> None:
    """Anybody may append; what is dated back stands at the end of the chain all the same."""
    tamper(
        "INSERT INTO audit_entry (id, at, actor, action, customer, detail) OVERRIDING SYSTEM VALUE "
        "SELECT -5, at, actor, action, customer, detail FROM audit_entry WHERE id = 2"
    )
    assert checked() == chain.Verdict(sealed=10, unsealed=1)
