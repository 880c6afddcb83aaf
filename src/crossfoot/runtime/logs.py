"""What a process writes down: one JSON line for each event, in the home's logs, with nothing about anybody.

Our own events carry only the fields named here. What a library says is not ours to vouch for: an address, a statement
or an argument may stand in its words, so only its name, the place and the exception are kept; of an exception the types
and places, never its message or the values of variables, which hold what people typed and what bills say.
"""

import logging
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from crossfoot.runtime.home import Home

LARGEST = 10 << 20
KEPT = 5
FIELDS = frozenset(
    [
        "at",
        "level",
        "event",
        "request",
        "method",
        "route",
        "status",
        "ms",
        "job",
        "task",
        "action",
        "cycle",
        "logger",
        "place",
        "words",
        "exception",
        "code",
    ]
)
CYCLE = re.compile(r"\d{4}-\d{2}")
Exc = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def open_log(home: Home, name: str) -> None:
    """Send every event of this process to `logs/NAME.jsonl`; no library keeps a way of its own."""
    configure()
    handler = _PrivateFile(home.logs / f"{name}.jsonl", maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, _stamp],
            processors=[_foreign, _exception, _only_known_fields, structlog.processors.JSONRenderer(ensure_ascii=True)],
        )
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.getLogger("crossfoot").setLevel(logging.INFO)
    logging.getLogger("procrastinate.worker").setLevel(logging.INFO)
    logging.getLogger("django.request").setLevel(logging.ERROR)  # a refusal is a line of its request already
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def configure() -> None:
    """Pass our events on to the standard library's loggers; without `open_log` they go nowhere."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            _stamp,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def get_log(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module of ours."""
    log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return log


def trim(path: Path) -> None:
    """What a process printed before: put aside when it is large. Call it before the process is started."""
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_name(f"{path.name}.1"))


class _PrivateFile(RotatingFileHandler):
    """Readable by the portal's own user alone."""

    def _open(self) -> TextIOWrapper:
        def private(name: str, flags: int) -> int:
            return os.open(name, flags, 0o600)

        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=private)  # type: ignore[return-value]


_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")


def _foreign(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A library's record: its words are left out, the template of Django's line about a request excepted."""
    record: logging.LogRecord = event["_record"]
    if event["_from_structlog"]:
        return event
    if record.name == "procrastinate.worker" and isinstance(getattr(record, "job", None), dict):
        event.update(_job(record.__dict__))
    else:
        place = f"{record.module}:{record.lineno}"
        event.update(event="said by a library", logger=record.name, place=place)
        if record.name == "django.request" and isinstance(record.msg, str):
            event["words"] = record.msg  # the template, without what is put into it
        if hasattr(record, "action"):
            event["action"] = str(record.action)
    if record.exc_info:
        event["exc_info"] = record.exc_info
    return event


def _job(record: Mapping[str, Any]) -> dict[str, object]:
    """A job begins or ends: who asked for it stays in the log of acts."""
    job = record["job"]
    cycle = str(job.get("task_kwargs", {}).get("cycle", ""))
    told: dict[str, object] = {"event": "job", "action": record["action"], "task": job["task_name"], "job": job["id"]}
    if CYCLE.fullmatch(cycle):
        told["cycle"] = cycle
    if record.get("duration") is not None:
        told["ms"] = int(record["duration"] * 1000)
    return told


def _exception(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    found = event.pop("exc_info", None)
    error = found if isinstance(found, BaseException) else found[1] if isinstance(found, tuple) else None
    if found is True:
        error = sys.exc_info()[1]
    if error is not None:
        event["exception"] = [_told(one) for one in _chain(error)]
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what caused it, and so on."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _told(error: BaseException) -> dict[str, object]:
    """Its type, the code of the database or the system, and where it passed."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{_short(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    kind = type(error)
    told: dict[str, object] = {"type": f"{kind.__module__}.{kind.__qualname__}", "trace": frames}
    number = getattr(error, "sqlstate", None) or getattr(error, "errno", None)
    return told | ({"code": number} if isinstance(number, str | int) else {})


def _short(filename: str) -> str:
    """A file's name from its package on: the folders before it are the machine's."""
    for mark in ("/site-packages/", "/src/"):
        if mark in filename:
            return filename.rpartition(mark)[2]
    return Path(filename).name


def _only_known_fields(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A field that nobody has thought about is not written."""
    return {key: value for key, value in event.items() if key in FIELDS}


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if not issubclass(kind, SystemExit | KeyboardInterrupt):
        logging.getLogger("crossfoot.process").critical("", exc_info=(kind, error or kind(), trace))


configure()
