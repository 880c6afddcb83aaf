"""Between the web server and Django: a few threads do Django's work and never wait for a client.

In: a request as granian tells it (RSGI). Out: Django's WSGI answer. The head of a request was read before we hear of it;
its body is read here before it takes a thread, and the answer is sent after the thread was given back. So a client that
sends or reads a byte a second holds a socket and no thread. Only a body too long to be kept in memory is drawn by its
thread, piece by piece, each within a time; few such may run at once.
"""

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, BinaryIO, Protocol

from crossfoot.runtime.logs import get_log

LOG = get_log(__name__)
THREADS = 8
LONG_BODIES = 3  # threads that may draw a long body at once
BODY_IN_MEMORY = 256 * 1024
BODY_SECONDS = 15.0  # for a body in memory as a whole, and for each piece of a long one
SLOWEST_BODY = 8 * 1024  # bytes a second of a long body, after the first BODY_SECONDS
PIECE = 64 * 1024
OPENED_SECONDS = 10.0  # for granian to open a file of ours, which it does at once
NO_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Fields(Protocol):
    """The fields of a request's head."""

    def get(self, key: str, default: str) -> str:
        """The field's value."""

    def items(self) -> list[tuple[str, str]]:
        """All of them, in lower case; one may stand there twice."""


class Scope(Protocol):
    """The head of a request."""

    method: str
    path: str
    query_string: str
    scheme: str
    http_version: str
    server: str
    client: str
    headers: Fields


class Wire(Protocol):
    """One request on its connection."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces of the request's body."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer at once."""

    def response_empty(self, status: int, headers: Headers) -> None:
        """Answer without a body."""

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        """Answer with a file, which granian reads as fast as the client does: in no thread of ours, and not in memory."""


class SlowClient(ConnectionError):
    """A client that makes no headway or has left; Django answers as to one whose request cannot be read."""


class FileBody:
    """What Django hands a file to, as `wsgi.file_wrapper`."""

    def __init__(self, file: BinaryIO, _block: int = PIECE) -> None:
        """Take the open file."""
        self.file = file

    def opened(self) -> int | bytes:
        """A number of its own for the file, which outlives Django's; the bytes of what is no whole file of the disk."""
        try:
            return os.dup(self.file.fileno()) if self.file.tell() == 0 else self.file.read()
        except OSError:
            return self.file.read()

    def close(self) -> None:
        """Django's response ends with its file."""
        self.file.close()

    def __iter__(self) -> Iterator[bytes]:
        """As a WSGI answer must."""
        yield from self.file


class Gateway:
    """The application that granian calls, once a request."""

    def __init__(self, application: Application) -> None:
        """Take Django's."""
        self._application = application
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._long_bodies = asyncio.Semaphore(LONG_BODIES)

    async def __rsgi__(self, scope: Scope, wire: Wire) -> None:
        """Answer one request."""
        pieces = wire.__aiter__()
        try:
            head, is_whole = await _read_head(pieces)
        except TimeoutError:
            _refuse(wire, HTTPStatus.REQUEST_TIMEOUT)
            return
        if is_whole and len(head) != _declared(scope, len(head)):
            return  # cut: half a form is no form, and nobody waits for an answer
        if is_whole:
            await self._answer(scope, wire, io.BytesIO(head), len(head))
            return
        if self._long_bodies.locked():
            _refuse(wire, HTTPStatus.SERVICE_UNAVAILABLE)
            return
        async with self._long_bodies:
            raw = _Drawn(head, pieces, _declared(scope, 0), asyncio.get_running_loop())
            drawn = io.BufferedReader(raw, PIECE)
            await self._answer(scope, wire, drawn, None)

    async def _answer(self, scope: Scope, wire: Wire, body: io.BufferedIOBase, length: int | None) -> None:
        loop = asyncio.get_running_loop()
        environ = make_environ(scope, body, length)
        status, headers, answer = await loop.run_in_executor(self._threads, self._ask, environ)
        if scope.method == "HEAD" or status in NO_BODY:
            wire.response_empty(status, headers)
        elif isinstance(answer, bytes):
            wire.response_bytes(status, headers, answer)
        else:
            wire.response_file(status, headers, f"/proc/self/fd/{answer}")  # which opens also what has no name any more
        if isinstance(answer, int):
            loop.call_later(OPENED_SECONDS, os.close, answer)

    def _ask(self, environ: dict[str, Any]) -> tuple[int, Headers, bytes | int]:
        """In a thread: what Django answers, either bytes or the number of an open file."""
        said: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, *_: object) -> None:
            said.append((status, headers))

        try:
            answer = self._application(environ, start_response)
            try:
                body = answer.opened() if isinstance(answer, FileBody) else b"".join(answer)
            finally:
                answer.close()  # type: ignore[attr-defined]  # of Django's answer and of ours; ends what Django has begun
        except Exception:  # what Django did not turn into an answer; the thread must go on
            LOG.exception("a request was not answered")
            return HTTPStatus.INTERNAL_SERVER_ERROR, [], b""
        status, headers = said[-1]
        return int(status.split(" ", 1)[0]), headers, body


class _Drawn(io.RawIOBase):
    """A long body as a file for the thread that reads it: every piece is waited for, none longer than it may take."""

    def __init__(
        self, head: bytes, pieces: AsyncIterator[bytes], declared: int, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._rest, self._pieces, self._loop = memoryview(head), pieces, loop
        self._came, self._declared, self._began = len(head), declared, loop.time()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as in io.RawIOBase
        if not self._rest:
            self._rest = memoryview(asyncio.run_coroutine_threadsafe(self._next(), self._loop).result())
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    async def _next(self) -> bytes:
        try:
            piece = await _next_piece(self._pieces, BODY_SECONDS)
        except TimeoutError:
            raise SlowClient from None
        self._came += len(piece)
        seconds = self._loop.time() - self._began
        is_slow = seconds > BODY_SECONDS and self._came < SLOWEST_BODY * seconds
        if is_slow or (not piece and self._came < self._declared):
            raise SlowClient
        return piece


async def _next_piece(pieces: AsyncIterator[bytes], seconds: float) -> bytes:
    """The next piece of a body, empty at its end. Not by `anext`, whose awaitable granian's cannot be cancelled through."""
    try:
        return await asyncio.wait_for(pieces.__anext__(), seconds)
    except StopAsyncIteration:
        return b""


async def _read_head(pieces: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """The body as far as it is kept in memory, and whether that is all of it; TimeoutError if that takes too long."""
    head, now = bytearray(), asyncio.get_running_loop().time
    until = now() + BODY_SECONDS
    while piece := await _next_piece(pieces, until - now()):
        head += piece
        if len(head) > BODY_IN_MEMORY:
            return bytes(head), False
    return bytes(head), True


def _declared(scope: Scope, otherwise: int) -> int:
    """How long the client says its body is."""
    said = scope.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() else otherwise


def _refuse(wire: Wire, status: HTTPStatus) -> None:
    words = f"{status.phrase}: try again.".encode()
    wire.response_bytes(status, [("content-type", "text/plain"), ("connection", "close"), ("retry-after", "5")], words)


def make_environ(scope: Scope, body: io.BufferedIOBase, length: int | None) -> dict[str, Any]:
    """The request as WSGI tells it. Nothing of our own environment is in it: it holds secrets."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),  # bytes in the clothes of text, says PEP 3333
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.file_wrapper": FileBody,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # `X_Forwarded_For` would pass for `X-Forwarded-For`
            continue
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
    return environ
