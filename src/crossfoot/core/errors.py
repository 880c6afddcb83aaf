"""Refusals that a person reads: each carries an HTTP status, an exit code and one sentence.

Data problems are not here (they are `Finding` values); our own bugs are not here either (they raise as they are).
Exit codes: contract.md.
"""

from typing import ClassVar


class CrossfootError(Exception):
    """Something was refused."""

    status: ClassVar[int] = 400
    exit_code: ClassVar[int] = 2

    def __init__(self, sentence: str = "") -> None:
        """Take the sentence for the reader; without one the class's own stands."""
        super().__init__(sentence or (self.__doc__ or "").strip())

    @property
    def sentence(self) -> str:
        """What is wrong, where, and what to do next."""
        return str(self.args[0])


class BadRequest(CrossfootError):
    """The question cannot be understood."""

    status = 422


class NotFound(CrossfootError):
    """There is nothing here under that name, or it is not yours to see."""

    status = 404
    exit_code = 7


class NotPermitted(CrossfootError):
    """Your role does not include this."""

    status = 403
    exit_code = 7


class RefusedByFindings(CrossfootError):
    """Refused: see the findings."""

    status = 409
    exit_code = 3


class Unreconciled(CrossfootError):
    """The published figures do not agree with the landed files."""

    status = 409
    exit_code = 4


class Altered(CrossfootError):
    """A stored file is not the one that was written."""

    status = 503
    exit_code = 6


class Unavailable(CrossfootError):
    """A disk or the database cannot be used just now. Nothing was changed: try again in a few minutes."""

    status = 503


class NotSignedIn(CrossfootError):
    """Nobody is signed in here, or the token is not one that is valid now."""

    status = 401
    exit_code = 7


class TooMany(CrossfootError):
    """You have asked for too much at once: wait until some of it is finished."""

    status = 429
    exit_code = 3

    def __init__(self, sentence: str = "", seconds: int = 0) -> None:
        """Take the sentence, and after how many seconds the same may be asked again, where that is known."""
        super().__init__(sentence)
        self.seconds = seconds


class Busy(CrossfootError):
    """Another publication is at work; try again when it has ended."""

    status = 503
    exit_code = 3
