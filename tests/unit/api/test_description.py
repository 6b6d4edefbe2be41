"""What /openapi.json says of refusals, and what making an app costs."""

from __future__ import annotations

from fastapi import FastAPI

from controller.api import create_app, probes
from controller.api.problems import Problem
from tests.unit.api.fake_controller import FakeController
from tests.unit.runtime.people.rig import Folk


def test_every_refusal_is_described_by_the_one_shape_and_the_shape_is_there(app: FastAPI) -> None:
    described = app.openapi()
    shape = described["components"]["schemas"]["Problem"]
    assert set(shape["required"]) == set(Problem.model_fields)
    answers = [
        (status, answer)
        for operations in described["paths"].values()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        if status in ("401", "403", "404", "413", "422", "429")
    ]
    assert len(answers) > 500
    for status, answer in answers:
        assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Problem"}, status


def test_another_app_works_no_route_out_anew() -> None:
    facade = FakeController()
    other = create_app(facade, Folk(facade.clock).authority)
    assert all(any(route is one for one in other.routes) for route in probes.router.routes)
