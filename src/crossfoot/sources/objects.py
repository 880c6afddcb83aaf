"""Objects of a store: listed page by page, and fetched whole, one at a time, as often as it takes within bounds.

A fetched object has the length and, where its tag is an MD5, the digest that the store told; anything else was cut or
altered on the way. What passes (a reset, a server that is busy) is tried five times; what does not, once.
"""

import asyncio
import errno
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from crossfoot.core.errors import CrossfootError
from crossfoot.sources.bill import CHUNK
from crossfoot.sources.remote import Place, Store

CONNECT_SECONDS, READ_SECONDS = 10, 60
ATTEMPTS = 5
SLOWEST = 16 * 2**10  # bytes a second, below which a download is given up
MAX_OBJECTS = 100_000
MD5 = re.compile("[0-9a-f]{32}")
CODE = re.compile("[A-Za-z0-9]{1,40}")
FORBIDDEN, GONE, CHANGED, BUSY = (401, 403), 404, 412, (408, 429)
EXTRA = "Reading s3:// and obs:// needs more packages: install crossfoot[s3], and ingest again."
T = TypeVar("T")


@dataclass(frozen=True)
class StoredObject:
    """One object as the store lists it."""

    place: Place
    size: int
    tag: str

    @property
    def says(self) -> str:
        """What tells it from any other object, and from its own earlier content."""
        return f"{self.place} {self.size} {self.tag}"


class Unfetched(CrossfootError):
    """An object or a folder that could not be had; says why and what to do."""


class Cut(Exception):
    """What arrived is not what the store has."""


class Connection:
    """A store within reach."""

    def __init__(self, store: Store, filesystem: Any) -> None:  # noqa: ANN401 - s3fs ships no types
        """Take the store, and the file system that speaks with it."""
        self.store = store
        self.filesystem = filesystem

    def list_objects(self, place: Place) -> list[StoredObject]:
        """Every object below a folder, or the one that the place names.

        Raises:
            Unfetched: the store cannot be reached, says no, or holds too many.
        """
        found: list[StoredObject] = []
        more: dict[str, str] = {}
        while True:
            page = self._ask(place, "list_objects_v2", Bucket=place.bucket, Prefix=place.key.rstrip("/"), **more)
            for entry in page.get("Contents", ()):
                if place.holds(entry["Key"]):
                    tag = entry.get("ETag", "").strip('"')
                    found.append(StoredObject(place.at(entry["Key"]), int(entry["Size"]), tag))
            if not page.get("IsTruncated"):
                return found
            if len(found) > MAX_OBJECTS or more.get("ContinuationToken") == page.get("NextContinuationToken"):
                raise Unfetched(f"{place} holds more than {MAX_OBJECTS} objects: name a smaller folder.")
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def fetch(self, there: StoredObject, target: Path) -> None:
        """Bring an object here, whole.

        Raises:
            Unfetched: it cannot be had.
        """
        from fsspec.asyn import sync  # noqa: PLC0415 - belongs to the extra

        self._try(there.place, lambda: sync(self.filesystem.loop, _receive, self.filesystem, there, target))

    def _ask(self, place: Place, method: str, **what: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._try(place, lambda: self.filesystem.call_s3(method, **what))
        return answer

    def _try(self, place: Place, act: Callable[[], T]) -> T:
        import stamina  # noqa: PLC0415 - belongs to the extra

        try:
            for attempt in stamina.retry_context(on=is_passing, attempts=ATTEMPTS, timeout=None, wait_max=10):
                with attempt:
                    return act()
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise Unfetched(
                    f"{place} was not fetched, because the disk is full: free some space, and ingest it again."
                ) from None
            if not (_status(error) or isinstance(error, (*_errors(), ConnectionError))):
                raise
            raise Unfetched(explain(error, place, self.store)) from None
        except _errors() as error:
            raise Unfetched(explain(error, place, self.store)) from None
        raise AssertionError


@contextmanager
def connect(store: Store) -> Iterator[Connection]:
    """A connection, closed afterwards.

    Raises:
        CrossfootError: the packages that it takes are not installed.
    """
    try:
        import stamina  # noqa: PLC0415 - belongs to the extra
        from s3fs import S3FileSystem  # noqa: PLC0415
    except ImportError:
        raise CrossfootError(EXTRA) from None
    stamina.instrumentation.set_on_retry_hooks([])  # they would print among the answers of a command
    filesystem = S3FileSystem(
        key=store.key,
        secret=store.secret,
        token=store.token or None,
        endpoint_url=store.endpoint or None,
        client_kwargs={"region_name": store.region},
        config_kwargs=_config(store),
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    filesystem.retries = 1  # we try again ourselves
    try:
        yield Connection(store, filesystem)
    finally:
        if filesystem._s3 is not None:  # noqa: SLF001 - s3fs has no other word for closing
            filesystem.close_session(filesystem.loop, filesystem._s3creator)  # noqa: SLF001


def _config(store: Store) -> dict[str, Any]:
    return {
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": READ_SECONDS,
        "retries": {"total_max_attempts": 1},
        "ignore_configured_endpoint_urls": True,
        "request_checksum_calculation": "when_required",  # stores other than Amazon's know no newer ones
        "response_checksum_validation": "when_required",
        "s3": {"addressing_style": "virtual" if store.scheme == "obs" else "auto"},
    }


async def _receive(filesystem: Any, there: StoredObject, target: Path) -> None:  # noqa: ANN401 - s3fs ships no types
    """One attempt. A single answer is of one content of the object, so nothing is ever pieced together."""
    digest, received = hashlib.md5(usedforsecurity=False), 0
    async with asyncio.timeout(READ_SECONDS + there.size / SLOWEST):
        place = there.place
        answer = await filesystem._call_s3("get_object", Bucket=place.bucket, Key=place.key, IfMatch=f'"{there.tag}"')  # noqa: SLF001
        with target.open("wb") as out:
            async with answer["Body"] as body:
                while chunk := await body.read(CHUNK):
                    received += len(chunk)
                    digest.update(chunk)
                    if received > there.size:
                        raise Cut
                    out.write(chunk)
    is_plain = answer.get("ServerSideEncryption", "AES256") == "AES256" and "SSECustomerAlgorithm" not in answer
    is_altered = is_plain and MD5.fullmatch(there.tag) and digest.hexdigest() != there.tag
    if received != there.size or is_altered:
        raise Cut


def _errors() -> tuple[type[Exception], ...]:
    """What the libraries raise for a store that is not as it should be."""
    from aiohttp import ClientError  # noqa: PLC0415 - belongs to the extra
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    return (Cut, TimeoutError, BotoCoreError, ResponseParserError, ClientError)


def is_passing(error: Exception) -> bool:
    """True where another attempt may go well."""
    status = _status(error)
    if status:
        return status in BUSY or status >= 500  # noqa: PLR2004 - the class of a server's own failures
    return isinstance(error, (*_errors(), ConnectionError)) and not _is_ours(error)


def _is_ours(error: Exception) -> bool:
    """What was asked cannot be asked at all."""
    from botocore.exceptions import BotoCoreError, ConnectionError, HTTPClientError, IncompleteReadError  # noqa: A004, PLC0415

    passing = (ConnectionError, HTTPClientError, IncompleteReadError)
    return isinstance(error, BotoCoreError) and not isinstance(error, passing)


def _status(error: BaseException) -> int:
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    known = response if isinstance(response, dict) else {}
    return int(known.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _code(error: BaseException) -> str:
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    code = str((response or {}).get("Error", {}).get("Code", ""))
    return f" {code}" if CODE.fullmatch(code) and not code.isdigit() else ""


def explain(error: Exception, place: Place, store: Store) -> str:
    """What went wrong, where, and what to do: one sentence without a word of the server's own but its code."""
    status, code = _status(error), _code(error)
    variables = f"CROSSFOOT_{store.scheme.upper()}_"
    if status in FORBIDDEN:
        return f"{place} may not be read with this key ({status}{code}): check {variables}KEY, {variables}SECRET and what they may list and read."
    if status == GONE:
        return f"{place} is not there ({status}{code}): check the bucket and the folder."
    if status == CHANGED:
        return f"{place} was changed while it was being read: ingest it again."
    if status in BUSY or status >= 500:  # noqa: PLR2004 - the class of a server's own failures
        return f"{store.called} could not serve {place} ({status}{code}, {ATTEMPTS} times): wait a little and ingest it again."
    if status:
        return f"{store.called} refuses to serve {place} ({status}{code}): check {variables}ENDPOINT and {variables}REGION."
    if isinstance(error, Cut):
        return f"{place} arrived cut or altered {ATTEMPTS} times: check the network, and ingest it again."
    if _is_ours(error):
        return f"{place} cannot be asked for ({type(error).__name__}): check {variables}ENDPOINT and {variables}REGION."
    return f"{store.called} cannot be reached, or broke off, for {place} ({type(error).__name__}): check {variables}ENDPOINT and the network, and ingest again."
