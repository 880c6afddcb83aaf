"""Every address of the portal and whose it is, and how an address of a pattern is written."""

from urllib.parse import quote

from crossfoot.reports.catalog import REPORTS

CUSTOMER, KEY = "<str:customer>", "<slug:key>"
# Every address that there is. One that is not here fails the first test: say here who may open it.
OF_A_CUSTOMER = (
    "c/<str:customer>/",
    "c/<str:customer>/search",
    "c/<str:customer>/saved-views",
    "c/<str:customer>/<slug:key>",
    "c/<str:customer>/<slug:key>.xlsx",
    "c/<str:customer>/<slug:key>.csv",
    "c/<str:customer>/<slug:key>.excel.csv",
    "c/<str:customer>/<slug:key>.json",
    "c/<str:customer>/<slug:key>.pdf",
    "c/<str:customer>/<slug:key>.csv-metadata.json",
    "c/<str:customer>/charges.focus.csv",
    "c/<str:customer>/charges.focus.parquet",
    "api/v1/reports/<slug:key>",
    "api/v1/editions",
    "api/v1/exports",
)
TAKE_POST = ("c/<str:customer>/saved-views",)  # beside GET; what is sent is refused in the tests of each
OF_A_PERSON = (
    "",
    "definitions",
    "verify",
    "api/v1/reports",
    "api/v1/definitions",
    "api/v1/openapi.json",
    "api/v1/verify/<claim>",
)
FILES_OF_A_PERSON = (
    "exports",
    "exports/<str:number>",
    "api/v1/exports/<number>",
)  # of those who may take files; tried in tests/deliver
OF_STAFF = {  # how it is asked, and by whom
    "close": ("get", {"dana", "frank"}),
    "close/publish": ("post", {"dana"}),
    "known-issues": ("get", {"erin"}),
    "services": ("get", {"dana", "frank"}),
    "data": ("get", {"dana", "erin", "frank"}),
    "findings": ("get", {"dana", "frank"}),
    "findings/accept": ("post", {"dana"}),
    "findings/withdraw": ("post", {"dana"}),
    "tokens": ("get", {"ada", "dana", "erin", "frank"}),
    "uploads": ("get", {"dana", "frank"}),
    "uploads/<str:number>": ("get", {"dana", "frank"}),
    "imports": ("get", {"dana"}),
}
OF_ENTRIES = ("c/<str:customer>/entries/<slug:entry>", "c/<str:customer>/entries/<slug:entry>/act")
OF_HOUSE = tuple(  # of all customers at once
    f"reports/<slug:key>{suffix}"
    for suffix in ("", ".xlsx", ".pdf", ".csv", ".excel.csv", ".json", ".csv-metadata.json")
)
DOOR = ("login", "logout", "inactive", "language")
HEALTH = ("healthz", "readyz")  # for what watches over the machine: nothing about anybody
KEYS = tuple(report.key for report in REPORTS)


def address(pattern: str, customer: str, key: str = "usage-to-cost", query: str = "") -> str:
    """An address of a pattern, about a customer."""
    if pattern.startswith("api/"):
        query = f"customer={quote(customer, safe='')}" + (f"&{query}" if query else "")
    if pattern.endswith("/search"):
        query = "q=acct-" + (f"&{query}" if query else "")
    filled = (
        pattern.replace(CUSTOMER, quote(customer, safe="")).replace(KEY, key).replace("<claim>", "7K3F-92QD-01AB-XY5Z")
    )
    assert "<" not in filled, f"{pattern} has a part that this test does not know how to fill"
    return f"/{filled}" + (f"?{query}" if query else "")


def is_seen(pattern: str, key: str, role: str) -> bool:
    """False for a report that the role may not know of."""
    return KEY not in pattern or any(report.key == key and role in report.seen_by for report in REPORTS)


def keys_of(pattern: str) -> tuple[str, ...]:
    return KEYS if KEY in pattern else ("",)
