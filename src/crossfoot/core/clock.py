"""The one place that asks what time it is."""

from datetime import UTC, date, datetime, timedelta, timezone

GMT8 = timezone(timedelta(hours=8), "GMT+08:00")


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present billing date: Huawei cuts its days in GMT+08:00."""
    return now().astimezone(GMT8).date()


def instant(value: datetime) -> str:
    """An instant as files write it: `2026-11-05T04:04:00Z`, microseconds only where there are any."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Read `2026-11-05T04:04:00Z`; raises ValueError without a zone or outside the calendar."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        msg = f"{text} has no time zone; write 2026-11-05T04:04:00Z"
        raise ValueError(msg)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        msg = f"{text} lies outside the calendar"
        raise ValueError(msg) from None
