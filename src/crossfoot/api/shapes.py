"""The shapes of the API's answers but for the reports, whose shape comes from the catalogue."""

from typing import Annotated, Literal
from urllib.parse import quote

from ninja import Schema
from pydantic import Field

from crossfoot.core.clock import instant
from crossfoot.core.roles import Role
from crossfoot.deliver.kept import Known
from crossfoot.deliver.models import ExportJob
from crossfoot.deliver.verify import Verdict, Word
from crossfoot.publish.plan import EditionLine
from crossfoot.reports.spec import Report

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Cycle = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", description="A billing month.")]


class ReportOut(Schema):
    """A report that may be asked for."""

    key: str
    title: str
    question: str
    how_to_read: str
    revision: int
    address: str
    by: list[str] = Field(description="What it may be grouped by.")
    default_by: str
    filters: list[str] = Field(description="What it may be filtered by.")
    tags: bool = Field(description="Whether tag:KEY may stand among both.")


class ColumnOut(Schema):
    """A column with its definition."""

    key: str
    label: str
    kind: str
    help: str
    since: int = Field(description="The revision of the report that brought it.")


class ChangeOut(Schema):
    """A revision of a report's definition."""

    revision: int
    day: Annotated[str, Field(json_schema_extra={"format": "date"})]
    sentence: str


class DefinitionsOut(Schema):
    """A report with all its columns."""

    report: str
    title: str
    question: str
    how_to_read: str
    revision: int
    changes: list[ChangeOut]
    columns: list[ColumnOut]


class EditionOut(Schema):
    """One edition of a month."""

    cycle: Cycle
    edition: int
    status: Literal["open", "final"]
    published_at: Instant
    data_through: Instant


class EditionsOut(Schema):
    """The editions of a customer."""

    customer: str
    editions: list[EditionOut]


class UsedOut(Schema):
    """An edition that a file was made from."""

    cycle: Cycle
    edition: int
    status: str
    published_at: Instant


class ExportOut(Schema):
    """A file that was handed out."""

    id: str
    sha256: str
    customer: str
    report: str
    format: str
    made_at: Instant
    editions: list[UsedOut]


class JobOut(Schema):
    """A large file that is made while nobody waits."""

    id: str
    state: Literal["waiting", "running", "done", "failed"]
    customer: str
    report: str
    format: str
    rows: int
    rows_done: int
    sentence: str = Field(description="Why it failed, where it did.")
    address: str
    made_at: Instant


class ExportsOut(Schema):
    """A page of them, and the large files of the last 30 days, all of them on each page."""

    exports: list[ExportOut]
    count: int
    page: int
    pages: int
    large: list[JobOut]


class NewerOut(Schema):
    """A month that has a newer edition."""

    cycle: Cycle
    edition: int
    newest: int


class VerdictOut(Schema):
    """What is known of an id or a sha256."""

    verdict: Word
    by_bytes: bool = Field(description="Whether a sha256 was asked about: an id alone says nothing of a file's bytes.")
    export: ExportOut | None
    newer: list[NewerOut]


def report_line(report: Report, role: Role) -> ReportOut:
    """A line of the catalogue."""
    return ReportOut(
        key=report.key,
        title=report.title,
        question=report.question,
        how_to_read=report.how_to_read,
        revision=report.revision,
        address=f"/api/v1/reports/{quote(report.key)}",
        by=[d.key for d in report.by if role in d.seen_by],
        default_by=report.default_by,
        filters=[d.key for d in report.filters if role in d.seen_by],
        tags=report.tags,
    )


def edition_line(line: EditionLine) -> EditionOut:
    """An edition."""
    return EditionOut(
        cycle=line.cycle,
        edition=line.number,
        status="final" if line.status == "final" else "open",
        published_at=instant(line.published_at),
        data_through=instant(line.data_through),
    )


def export_line(known: Known) -> ExportOut:
    """A remembered file."""
    return ExportOut(
        id=known.id,
        sha256=known.sha256,
        customer=known.customer,
        report=known.report,
        format=known.format,
        made_at=instant(known.made_at),
        editions=[UsedOut.model_validate(edition) for edition in known.editions],
    )


def verdict_of(verdict: Verdict) -> VerdictOut:
    """A verdict; an id or a sha256 alone can never show that a file was altered."""
    return VerdictOut(
        verdict=verdict.word,
        by_bytes=verdict.by_bytes,
        export=export_line(verdict.known) if verdict.known else None,
        newer=[NewerOut(cycle=n.cycle, edition=n.edition, newest=n.newest) for n in verdict.newer],
    )


def job_line(job: ExportJob) -> JobOut:
    """A large file, and where it will be."""
    return JobOut.model_validate(
        {
            "id": job.id,
            "state": job.state,
            "customer": job.customer_key,
            "report": job.report,
            "format": job.format,
            "rows": job.rows,
            "rows_done": job.rows_done,
            "sentence": job.sentence,
            "address": f"/api/v1/exports/{job.id}",
            "made_at": instant(job.made_at),
        }
    )
