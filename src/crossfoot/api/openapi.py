"""The description of the API in OpenAPI 3.1, for one role: each report of the catalogue with its own parameters and columns."""

from collections.abc import Mapping
from typing import Any

from ninja import NinjaAPI

from crossfoot.core.roles import Role
from crossfoot.deliver.formats import FORMATS
from crossfoot.reports.catalog import columns_of, list_reports
from crossfoot.reports.question import MAX_BY
from crossfoot.reports.spec import Column, Dimension, Report
from crossfoot.reports.vocabulary import MAX_TAG_KEY, QUANTITY, UNIT

ROOT = "/api/v1/"
Json = dict[str, Any]
TEXT: Json = {"type": "string"}
CELL: Json = {"type": ["string", "null"]}
INSTANT: Json = {"type": "string", "format": "date-time"}
REFUSALS = {
    "401": "Neither a session nor a valid token.",
    "403": "Your role does not include this.",
    "404": "There is nothing here, or it is not yours.",
    "422": "The question cannot be read; the sentence says why.",
    "429": "Too many in a minute; Retry-After says when to ask again.",
}
ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["status", "sentence"],
            "properties": {"status": {"type": "integer"}, "sentence": TEXT},
        }
    },
}
PERIOD = (
    "A month 2026-10, months 2026-08..2026-10, bill dates 2026-10-05..2026-10-11 with both ends in, last-7-days, "
    "this-month or last-month. Without it the newest published month."
)


def describe(api: NinjaAPI, role: Role) -> Json:
    """The document. What this role may not see is not in it."""
    found: Json = dict(api.get_openapi_schema(path_prefix=ROOT))
    found["info"]["description"] = (
        "Reports, definitions and editions as JSON. Amounts are strings with plain decimals, always with their currency; "
        "what is not known is null. rows + rounding = totals, for each currency and column."
    )
    del found["servers"]
    for path, methods in found["paths"].items():
        methods.pop("head", None)
        for operation in methods.values():
            operation["responses"] |= _refusals()
            if path.endswith("/exports/{number}"):
                media: Json = {fmt.media_type.partition(";")[0]: {} for fmt in FORMATS}
                operation["responses"]["200"] = {"description": "The file, whole.", "content": media}
            operation["operationId"] = operation["operationId"].rpartition("_")[2]
    for report in list_reports(role):
        found["paths"][f"{ROOT}reports/{report.key}"] = {"get": _operation(report, role)}
        found["components"]["schemas"][_name(report)] = _document(report, role)
    found["components"]["schemas"] |= {"Error": ERROR, "Column": _COLUMN, "Meta": _META}
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"token": []}]
    return found


def _name(report: Report) -> str:
    return "".join(word.capitalize() for word in report.key.split("-"))


def _refusals() -> Json:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {status: {"description": words, "content": content} for status, words in REFUSALS.items()}


def _operation(report: Report, role: Role) -> Json:
    answer = {"schema": {"$ref": f"#/components/schemas/{_name(report)}"}}
    return {
        "operationId": report.key,
        "summary": f"{report.title}: {report.question}",
        "description": report.how_to_read,
        "parameters": _parameters(report, role),
        "responses": {
            "200": {"description": "The report.", "content": {"application/json": answer}},
            "202": {"description": "It is large: the worker makes it, and the address will give it.", "content": _MADE},
        }
        | _refusals(),
    }


def _parameters(report: Report, role: Role) -> list[Json]:
    by = [d.key for d in report.by if role in d.seen_by]
    filters = [d for d in report.filters if role in d.seen_by]
    return [
        _parameter("customer", TEXT, "The customer. Your own need not be named."),
        _parameter("period", TEXT, PERIOD),
        *([_parameter("by", _grouping(by, report), _by_words(report), explode=False)] if by else []),
        *(_parameter(d.key, _several(), f"Only these: {d.help}") for d in filters if d.key != "customer"),
        _parameter("as_of", INSTANT, "As it was known at an instant: 2026-11-05T04:04:00Z."),
        *(
            []
            if report.is_lines
            else [_parameter("digits", {"enum": ["shown", "exact"]}, "Rounded, or all 8 decimals.")]
        ),
    ]


def _parameter(name: str, schema: Json, words: str, **more: object) -> Json:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words, **more}


def _several() -> Json:
    return {"type": "array", "items": {"type": "string", "minLength": 1}}


def _grouping(by: list[str], report: Report) -> Json:
    tag = {"type": "string", "pattern": f"^tag:[^,]{{1,{MAX_TAG_KEY}}}$"}
    items = {"anyOf": [{"enum": by}, tag]} if report.tags else {"enum": by}
    return {"type": "array", "items": items, "maxItems": MAX_BY, "uniqueItems": True}


def _by_words(report: Report) -> str:
    return f"One or two dimensions, the first one first; without any, {report.default_by}. tag:KEY groups by a tag."


def _document(report: Report, role: Role) -> Json:
    """The report's JSON (docs/commands.md); its rows have the columns that this role may see, as the grouping asks."""
    amounts = {"type": "array", "items": _row(report, role)}
    keys = ("report", "revision", "question", "columns", "rows", "rounding", "totals", "meta")
    return {
        "type": "object",
        "description": report.how_to_read,
        "required": list(keys),
        "properties": {
            "report": {"const": report.key},
            "revision": {"const": report.revision},
            "question": _QUESTION,
            "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}},
            **dict.fromkeys(("rows", "subtotals", "rounding", "totals"), amounts),
            "meta": {"$ref": "#/components/schemas/Meta"},
        },
        "additionalProperties": False,
    }


def _row(report: Report, role: Role) -> Json:
    columns: dict[str, Json] = {"currency": TEXT}
    for column in columns_of(report, role):
        columns[column.key] = columns.get(column.key, CELL) | {"description": column.help}
        columns |= _beside(column)
    if QUANTITY in report.measures:
        columns[UNIT.key] = CELL | {"description": UNIT.help}
    tags: Mapping[str, Json] = {"patternProperties": {"^tag:": CELL}} if report.tags else {}
    return {
        "type": "object",
        "required": ["currency"],
        "properties": columns,
        **tags,
        "additionalProperties": False,
    }


def _beside(column: Column) -> dict[str, Json]:
    """The readable name beside a dimension's code."""
    if not isinstance(column, Dimension) or not column.name_sql:
        return {}
    return {f"{column.key}_name": CELL | {"description": column.name_label}}


_MADE: Json = {
    "application/json": {
        "schema": {
            "type": "object",
            "properties": {
                "export": {
                    "type": "object",
                    "properties": dict.fromkeys(("id", "state", "address"), TEXT),
                    "required": ["id", "state", "address"],
                }
            },
            "required": ["export"],
        }
    }
}
_QUESTION: Json = {
    "type": "object",
    "properties": {
        "customer": TEXT,
        "period": {"type": ["string", "null"]},  # null: a ledger as it stands
        "by": {"type": "array", "items": TEXT},
        "filters": {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}},
        "as_of": {"type": ["string", "null"], "format": "date-time"},
        "digits": {"enum": ["shown", "exact"]},
    },
    "required": ["customer", "period", "by", "filters", "as_of", "digits"],
    "additionalProperties": False,
}
_COLUMN: Json = {
    "type": "object",
    "properties": dict.fromkeys(("key", "label", "kind", "help"), TEXT),
    "required": ["key", "label", "kind", "help"],
    "additionalProperties": False,
}
_META: Json = {
    "type": "object",
    "properties": {
        "editions": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "cycle": TEXT,
                    "edition": {"type": "integer"},
                    "status": {"enum": ["open", "final"]},
                    "published_at": INSTANT,
                },
                "required": ["cycle", "edition", "status", "published_at"],
                "additionalProperties": False,
            },
        },
        "data_through": {"type": ["string", "null"], "format": "date-time"},
        "known_at": INSTANT,  # of a ledger, which has no editions
        "time_zone": TEXT,
        "row_count": {"type": "integer", "minimum": 0},
        "warnings": {"type": "array", "items": TEXT},
        "known_issues": {"type": "array", "items": TEXT},
        "display_names": {"type": "object"},
        "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        "id": {"type": "string", "pattern": "^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$"},
    },
    "required": ["editions", "data_through", "time_zone", "row_count", "warnings", "known_issues", "hash", "id"],
    "additionalProperties": False,
}
