"""A2: everything that the API's own description allows, and much that it does not, by schemathesis, in this process.

No answer is a 5xx, every answer has a status, a type and a shape that the description names, and none holds a trace of
the other customer.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from crossfoot.access.models import User
from crossfoot.access.tokens import add_token
from crossfoot.api.limits import forget
from crossfoot.core.clock import today
from crossfoot.core.roles import Role
from tests.api.asking import bearer
from tests.portal import Portal
from tests.web.house import CANARY_B

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
APPLICATION = get_wsgi_application()
OPERATIONS = 12  # one for each report, and the catalogue, definitions, editions, exports, one export, verify


def whole(environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
    """The portal; an answer is read to its end and closed, as a server does."""
    answer = APPLICATION(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def ask_everything(user: User, examples: int) -> dict[int, int]:
    """How many answers had which status."""
    made = add_token(user, name="schemathesis", last_day=today() + timedelta(days=1))
    headers = bearer(made.secret)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", whole, headers=headers)
    seen: dict[int, int] = {}
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == OPERATIONS
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def one(case: schemathesis.Case) -> None:
                forget()
                response = case.call(headers=headers)
                case.validate_response(response, checks=CHECKS, headers=headers)
                seen[response.status_code] = seen.get(response.status_code, 0) + 1
                text = response.content.decode()
                assert CANARY_B not in text
                assert "77.77" not in text

            try:
                one()
            except schemathesis.core.errors.InvalidSchema:  # there is no wrong form of an operation without parameters
                assert mode is GenerationMode.NEGATIVE
    return seen


def test_a_customers_program_may_ask_anything(house: Portal) -> None:
    seen = ask_everything(house.person("ada", Role.CUSTOMER_ADMIN, "C0001"), 5)
    assert seen.get(200, 0) > 10
    assert seen.get(422, 0) > 10


@pytest.mark.deep
def test_a_customers_program_may_ask_anything_for_long(house: Portal) -> None:
    assert ask_everything(house.person("ada", Role.CUSTOMER_ADMIN, "C0001"), 400)[200] > 100
