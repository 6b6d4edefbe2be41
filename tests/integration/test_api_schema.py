"""What /openapi.json promises is what the server does: generated requests, bounded and repeatable."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from pydantic import TypeAdapter

from controller.api import create_app, examples
from controller.runtime.authority import SingleOperator
from tests.unit.api.fake_controller import FakeController

FACADE = FakeController()
AUTHORITY = SingleOperator(FACADE.clock)
APP = create_app(FACADE, AUTHORITY)
TOKEN = AUTHORITY.new_session("operator").token
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP)


@SCHEMA.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_every_operation_keeps_to_its_documented_answers(case: Any) -> None:
    # Which values an order may carry depends on its targets' kinds, which a schema cannot say.
    case.call_and_validate(
        headers={"Authorization": f"Bearer {TOKEN}"}, excluded_checks=[schemathesis.checks.positive_data_acceptance]
    )


def test_every_operation_documents_every_status_with_an_example() -> None:
    for path, operations in APP.openapi()["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                described = content is None or "example" in content
                assert described, f"{method} {path} {status} has no example"
            protected = path not in ("/api/v1/health", "/api/v1/ready", "/metrics", "/api/v1/sign-in")
            assert protected == ({"401", "403"} <= set(operation["responses"])), path
            assert protected == bool(operation.get("security")), path


def test_every_example_is_of_its_documented_shape() -> None:
    for name, example in vars(examples).items():
        if name.isupper() and is_dataclass(example):
            adapter: TypeAdapter[Any] = TypeAdapter(type(example))
            assert adapter.validate_json(adapter.dump_json(example)) == example
