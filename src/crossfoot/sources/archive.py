"""Archives that somebody may have made to hurt: their entries are read within bounds, and what is broken is known as such."""

import tarfile
import zlib
from typing import Protocol, Self

from crossfoot.sources.bill import CHUNK

EXTENDED = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
MAX_HEADER = 16 * 2**10  # of an extended header: a path has at most 4 KiB, and tarfile's searches take the square of it
BELOW = "an entry has a length below nothing"
# What reading a broken or crafted archive raises. A RecursionError: headers of headers of headers.
BROKEN = (tarfile.TarError, EOFError, OSError, zlib.error, RecursionError, ValueError, OverflowError)


class Readable(Protocol):
    """What can be read, whatever it is."""

    def read(self, size: int, /) -> bytes: ...


class BoundedInfo(tarfile.TarInfo):
    """An entry of an archive whose extended header is not read into memory, however long it says that it is."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """The entry in a block.

        tarfile takes a header that is cut or altered for the end, and so would lose every entry behind it: ReadError.
        The same for a header larger than a name needs, and a length below nothing.
        """
        try:
            info = super().frombuf(buf, encoding, errors)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # typeshed does not know it
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"an entry has no header: {error}") from error
        if info.size < 0:
            raise tarfile.ReadError(BELOW)
        if info.type in EXTENDED and info.size > MAX_HEADER:
            raise tarfile.ReadError("a header is larger than any header of a bill")
        return info

    def _block(self, count: int) -> int:
        """Where the next entry begins. Below nothing it would be an entry read before, and reading would never end."""
        if count < 0:
            raise tarfile.ReadError(BELOW)
        return super()._block(count)  # type: ignore[misc,no-any-return]  # typeshed does not know it


def is_plain(info: tarfile.TarInfo) -> bool:
    """True for a file with all its bytes: no folder, link, device, or file with holes."""
    return info.isfile() and not info.issparse()


def why(error: Exception) -> str:
    """What broke it, in the library's words where they are about the archive."""
    is_told = isinstance(error, (tarfile.TarError, EOFError, OSError, zlib.error))
    return str(error)[:120] if is_told else "its entries make no sense"


def read_to_the_end(stream: Readable | None, limit: int) -> None:
    """Read what stands behind the end of an archive, which is nothing. A checksum, too, stands behind the last byte.

    Raises:
        ReadError: there is something, or more than `limit` bytes of nothing.
    """
    rest = 0
    while chunk := stream.read(CHUNK) if stream else b"":
        rest += len(chunk)
        if rest > limit:
            raise tarfile.ReadError("it goes on and on behind its end")
        if chunk.strip(b"\0"):
            raise tarfile.ReadError("it goes on behind its end")
