"""Every address of the portal and what each person gets there: customer C0001's addresses, asked by everybody.

Taken against the URLconf by test_matrix.py: an address that is not here fails the build.
"""

from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

NOBODY = "nobody"
PEOPLE = ("alice", "bob", "charlie", "dana", "erin", "frank")
OK, MOVED, UNKNOWN, FORBIDDEN, MISSING, NOT_SO, UNREADABLE = 200, 302, 401, 403, 404, 405, 422


@dataclass(frozen=True, kw_only=True)
class Route:
    """An address, an example of it, and the status for each person."""

    pattern: str
    example: str
    method: str = "get"
    seen: dict[str, int]


def everybody(status: int, **others: int) -> dict[str, int]:
    """One status for all, and the exceptions."""
    return dict.fromkeys((NOBODY, *PEOPLE), status) | others


REPORT = everybody(OK, nobody=MOVED, charlie=MISSING)
FILE = everybody(OK, nobody=MOVED, bob=FORBIDDEN, charlie=MISSING)

ROUTES = (
    Route(pattern="healthz", example="/healthz", seen=everybody(OK)),
    Route(pattern="readyz", example="/readyz", seen=everybody(OK)),
    Route(pattern="", example="/", seen=everybody(OK, nobody=MOVED)),
    Route(pattern="login", example="/login", seen=everybody(MOVED, nobody=OK)),
    Route(pattern="logout", example="/logout", method="post", seen=everybody(MOVED)),
    Route(pattern="language", example="/language", method="post", seen=everybody(MOVED)),
    Route(pattern="inactive", example="/inactive", seen=everybody(OK)),
    Route(pattern="close", example="/close", seen=everybody(FORBIDDEN, nobody=MOVED, dana=OK, frank=OK)),
    Route(
        pattern="close/publish",
        example="/close/publish",
        method="post",
        seen=everybody(FORBIDDEN, nobody=MOVED, dana=UNREADABLE),
    ),
    Route(pattern="services", example="/services", seen=everybody(FORBIDDEN, nobody=MOVED, dana=OK, frank=OK)),
    Route(pattern="findings", example="/findings", seen=everybody(FORBIDDEN, nobody=MOVED, dana=OK, frank=OK)),
    *(
        Route(
            pattern=f"findings/{act}",
            example=f"/findings/{act}",
            method="post",
            seen=everybody(FORBIDDEN, nobody=MOVED, dana=UNREADABLE),
        )
        for act in ("accept", "withdraw")
    ),
    Route(pattern="data", example="/data", seen=everybody(FORBIDDEN, nobody=MOVED, dana=OK, erin=OK, frank=OK)),
    Route(pattern="known-issues", example="/known-issues", seen=everybody(FORBIDDEN, nobody=MOVED, erin=OK)),
    Route(pattern="tokens", example="/tokens", seen=everybody(FORBIDDEN, nobody=MOVED, dana=OK, erin=OK, frank=OK)),
    *(Route(pattern=page, example=f"/{page}", seen=everybody(OK, nobody=MOVED)) for page in ("definitions", "verify")),
    Route(pattern="uploads", example="/uploads", seen=everybody(FORBIDDEN, nobody=MOVED, dana=OK, frank=OK)),
    Route(
        pattern="uploads/<str:number>",
        example="/uploads/of-nobody",
        seen=everybody(FORBIDDEN, nobody=MOVED, dana=MISSING, frank=MISSING),
    ),
    Route(pattern="exports", example="/exports", seen=everybody(OK, nobody=MOVED, bob=FORBIDDEN)),
    Route(pattern="exports/<str:number>", example="/exports/of-nobody", seen=everybody(MISSING, nobody=MOVED)),
    Route(pattern="imports", example="/imports", seen=everybody(FORBIDDEN, nobody=MOVED, dana=OK)),
    *(
        Route(
            pattern=f"reports/<slug:key>{suffix}",
            example=f"/reports/ageing{suffix}",
            seen=everybody(MISSING, nobody=MOVED, dana=OK),
        )
        for suffix in ("", ".xlsx", ".pdf", ".csv", ".excel.csv", ".json", ".csv-metadata.json")
    ),
    Route(
        pattern="c/<str:customer>/entries/<slug:entry>",
        example="/c/C0001/entries/D1",
        seen=REPORT | {"bob": FORBIDDEN},
    ),
    Route(
        pattern="c/<str:customer>/entries/<slug:entry>/act",
        example="/c/C0001/entries/D1/act",
        method="post",
        seen=everybody(FORBIDDEN, nobody=MOVED, charlie=MISSING, dana=UNREADABLE),
    ),
    Route(pattern="c/<str:customer>/", example="/c/C0001/", seen=REPORT),
    Route(pattern="c/<str:customer>/search", example="/c/C0001/search?q=ecs", seen=REPORT),
    Route(pattern="c/<str:customer>/saved-views", example="/c/C0001/saved-views", seen=REPORT),
    Route(pattern="c/<str:customer>/<slug:key>", example="/c/C0001/usage-to-cost", seen=REPORT),
    *(
        Route(pattern=f"c/<str:customer>/<slug:key>{suffix}", example=f"/c/C0001/usage-to-cost{suffix}", seen=FILE)
        for suffix in (".xlsx", ".pdf", ".csv", ".excel.csv", ".json")
    ),
    *(
        Route(pattern=f"c/<str:customer>/charges{suffix}", example=f"/c/C0001/charges{suffix}", seen=FILE)
        for suffix in (".focus.csv", ".focus.parquet")
    ),
    Route(
        pattern="c/<str:customer>/<slug:key>.csv-metadata.json",
        example="/c/C0001/usage-to-cost.csv-metadata.json",
        seen=FILE,
    ),
    *(
        Route(pattern=f"api/v1/{what}", example=f"/api/v1/{what}", seen=everybody(OK, nobody=UNKNOWN))
        for what in ("reports", "definitions", "exports", "openapi.json")
    ),
    Route(
        pattern="api/v1/exports/<number>",
        example="/api/v1/exports/of-nobody",
        seen=everybody(MISSING, nobody=UNKNOWN),
    ),
    Route(
        pattern="api/v1/editions",
        example="/api/v1/editions?customer=C0001",
        seen=everybody(OK, nobody=UNKNOWN, charlie=MISSING),
    ),
    Route(
        pattern="api/v1/verify/<claim>",
        example="/api/v1/verify/7K3F-92QD-01AB-XY5Z",
        seen=everybody(OK, nobody=UNKNOWN),
    ),
    Route(
        pattern="api/v1/reports/<slug:key>",
        example="/api/v1/reports/usage-to-cost?customer=C0001",
        seen=FILE | {NOBODY: UNKNOWN},
    ),
)


def patterns(found: list[URLPattern | URLResolver] | None = None, before: str = "") -> list[str]:
    """The patterns of the URLconf itself."""
    listed = []
    for one in get_resolver().url_patterns if found is None else found:
        here = before + str(one.pattern)
        listed += patterns(one.url_patterns, here) if isinstance(one, URLResolver) else [here]
    return listed
