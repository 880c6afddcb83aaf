"""What a published line says of its service: one name for each known code, and FOCUS's category.

A join against a small table. A source that brings its own category keeps it; the bill's own word for the service is
kept beside the name (docs/adr/0011).
"""

import duckdb

from crossfoot.ingest.engine import insert
from crossfoot.sources.services import LONGEST_NAME, OTHER, list_services

JOIN = "LEFT JOIN services s ON s.code = lower(l.service_code)"
_HAS_SERVICE = "coalesce(l.service_code, l.service_name) IS NOT NULL"
MADE = {
    # `sources.services.name_service`, as SQL
    "service_name": f"""coalesce(s.name, CASE WHEN l.service_code IS NOT NULL AND l.service_name IN (SELECT name FROM services)
        THEN left(l.service_name || ' (' || l.service_code || ')', {LONGEST_NAME}) END, l.service_name)""",
    "source_service_name": "l.service_name",
    "service_category": f"coalesce(l.service_category, s.category, CASE WHEN {_HAS_SERVICE} THEN '{OTHER}' END)",
    "service_subcategory": f"""coalesce(l.service_subcategory,
        CASE WHEN l.service_category IS NULL THEN s.subcategory END,
        CASE WHEN {_HAS_SERVICE} THEN 'Other (' || coalesce(l.service_category, '{OTHER}') || ')' END)""",
}


def load_services(bench: duckdb.DuckDBPyConnection) -> None:
    """Put the table into the workbench as `services`."""
    bench.execute("CREATE TABLE services (code VARCHAR, category VARCHAR, subcategory VARCHAR, name VARCHAR)")
    insert(bench, "services", [(s.code, s.service_category, s.service_subcategory, s.name) for s in list_services()])
