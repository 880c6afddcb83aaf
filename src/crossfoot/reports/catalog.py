"""All reports, in the order of the menu, and the rules that a definition must obey before anything is asked of it."""

from crossfoot.core.errors import NotFound
from crossfoot.core.roles import Role
from crossfoot.reports.adjustments import REFUNDS_AND_ADJUSTMENTS
from crossfoot.reports.cost import CHARGES, USAGE_TO_COST
from crossfoot.reports.ledger import AGEING, INVOICES_AND_PAYMENTS, STATEMENT
from crossfoot.reports.periods import BILLING_PERIODS
from crossfoot.reports.spec import Change, Column, Report

REPORTS: tuple[Report, ...] = (
    USAGE_TO_COST,
    BILLING_PERIODS,
    REFUNDS_AND_ADJUSTMENTS,
    CHARGES,
    INVOICES_AND_PAYMENTS,
    STATEMENT,
    AGEING,
)


def get_report(key: str, role: Role) -> Report:
    """The report under that key; NotFound where the role may not know of it."""
    for report in REPORTS:
        if report.key == key and role in report.seen_by:
            return report
    raise NotFound(f"There is no report {key!r}: see the list of reports.")


def find_title(key: str) -> str:
    """The title of a report; its key where there is none any more."""
    return next((report.title for report in REPORTS if report.key == key), key)


def list_reports(role: Role) -> tuple[Report, ...]:
    """The reports that this role may see."""
    return tuple(r for r in REPORTS if role in r.seen_by)


def check_catalog(reports: tuple[Report, ...] = REPORTS) -> list[str]:
    """The faults of the definitions, in sentences; an empty list is what the tests ask for."""
    return [
        *_unique_keys(reports),
        *_unique_meanings(reports),
        *(fault for report in reports for fault in _report_faults(report, {r.key for r in reports})),
    ]


def _unique_keys(reports: tuple[Report, ...]) -> list[str]:
    keys = [r.key for r in reports]
    return [f"two reports are called {key}" for key in sorted({k for k in keys if keys.count(k) > 1})]


def _unique_meanings(reports: tuple[Report, ...]) -> list[str]:
    """A key never changes its meaning, from report to report either: another meaning is another key."""
    meanings: dict[str, tuple[str, str]] = {}
    faults = []
    for report in reports:
        for column in _columns(report):
            sql, first = meanings.setdefault(column.key, (column.sql, report.key))
            if sql != column.sql:
                faults.append(f"{column.key} means two things, in {first} and in {report.key}")
    return faults


def _report_faults(report: Report, known: set[str]) -> list[str]:
    faults = [f"{report.key}.{c.key} has no definition" for c in _columns(report) if len(c.help) <= len(c.label)]
    if report.drill and report.drill not in known:
        faults.append(f"{report.key} drills into {report.drill}, which is not there")
    if not report.is_lines and report.default_by not in {d.key for d in report.by}:
        faults.append(f"{report.key} has no default grouping")
    if [c.revision for c in report.changes] != list(range(2, report.revision + 1)):
        faults.append(
            f"{report.key} is at revision {report.revision}, and its changes do not tell each after the first"
        )
    known = {c.key for c in _columns(report)}
    strange = [key for change in report.changes for key in change.columns if key not in known]
    return [*faults, *(f"{report.key} never had a column {key}" for key in strange)]


def _columns(report: Report) -> tuple[Column, ...]:
    codes = (d.code for d in report.by if d.code)
    return (*report.by, *codes, *report.marks, *report.measures, *report.filters, *report.lines)


def columns_of(report: Report, role: Role) -> tuple[Column, ...]:
    """Every column and filter of a report that this role may see, each once."""
    return tuple(c for c in all_columns(report) if role in c.seen_by)


def all_columns(report: Report) -> tuple[Column, ...]:
    """Every column and filter of a report, each once, whoever may see it."""
    return tuple({c.key: c for c in _columns(report)}.values())


def changes_of(report: Report, role: Role) -> tuple[Change, ...]:
    """The history of a report, without what is only about columns that this role may not know of."""
    seen = {c.key for c in columns_of(report, role)}
    return tuple(change for change in report.changes if not change.columns or seen & set(change.columns))


def since_of(report: Report, key: str) -> int:
    """The revision of the report that brought the column."""
    return next((change.revision for change in report.changes if key in change.columns), 1)


def list_definitions(role: Role) -> list[dict[str, object]]:
    """The dictionary of everything this role may see: reports, their history, and their columns with definitions."""
    return [
        {
            "report": report.key,
            "title": report.title,
            "question": report.question,
            "how_to_read": report.how_to_read,
            "revision": report.revision,
            "changes": [
                {"revision": c.revision, "day": c.day.isoformat(), "sentence": c.sentence}
                for c in changes_of(report, role)
            ],
            "columns": [
                {"key": c.key, "label": c.label, "kind": c.kind, "help": c.help, "since": since_of(report, c.key)}
                for c in columns_of(report, role)
            ],
        }
        for report in list_reports(role)
    ]
