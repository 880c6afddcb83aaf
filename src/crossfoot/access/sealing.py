"""Seals the log of a home: the chain in one transaction as staff, the file of its head around it."""

from crossfoot.access.rls import as_staff
from crossfoot.audit.chain import seal
from crossfoot.audit.witness import witness_of
from crossfoot.runtime.home import Home


def seal_log(home: Home) -> int:
    """Chain what is not sealed yet; returns how many entries. Gives way to a sealer at work.

    Raises:
        CrossfootError: the file of the head cannot be written; nothing was sealed.
    """
    witness = witness_of(home)
    with witness.alone() as is_ours:
        if not is_ours:
            return 0
        with as_staff():
            count = seal(witness)
        if count:
            witness.settle()
    return count
