"""What /openapi.json promises is what the server does: generated requests, bounded and repeatable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from pydantic import TypeAdapter

from controller.api import create_app, examples, examples_acts, examples_people, examples_site
from tests.integration.real_api import RealApi, real_api
from tests.unit.api.fake_controller import FakeController
from tests.unit.runtime.people.rig import ADMIN, OPERATING, Folk
from tests.unit.runtime.publishing.drafting_city import here

FACADE = FakeController()
APP = create_app(FACADE, Folk(FACADE.clock).authority)
OPEN = {
    "/metrics",
    *(f"/api/v1/{name}" for name in ("health", "ready", "sign-in", "sign-on", "sign-on/begin", "refresh")),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealApi]:
    with real_api(tmp_path_factory.mktemp("api")) as api:
        api.assembly.publishing.office.prove = here  # a hundred drafts are tried: no process for each
        yield api


class Caller:
    """Somebody with every right, over one connection."""

    def __init__(self, api: RealApi, session: requests.Session) -> None:
        self._api, self.session = api, session
        self.sign_in()

    def sign_in(self) -> None:
        """With a new token."""
        self.token = self._api.token("operator", *OPERATING, ADMIN)


@pytest.fixture(scope="module")
def caller(served: RealApi) -> Iterator[Caller]:
    with requests.Session() as session:
        yield Caller(served, session)


def without_tuples(node: Any) -> Any:
    """The schema, its tuples only as long as they are: the tool turns them into a form its own validator refuses."""
    if isinstance(node, dict):
        return {key: without_tuples(value) for key, value in node.items() if key != "prefixItems"}
    return [without_tuples(one) for one in node] if isinstance(node, list) else node


SCHEMA = schemathesis.openapi.from_dict(without_tuples(APP.openapi()))


@SCHEMA.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_its_documented_answers(case: Any, served: RealApi, caller: Caller) -> None:
    # Which values an order may carry depends on its targets' kinds, which a schema cannot say.
    answer = case.call_and_validate(
        base_url=served.url,
        session=caller.session,
        headers={"Authorization": f"Bearer {caller.token}"},
        excluded_checks=[schemathesis.checks.positive_data_acceptance],
        timeout=60.0,
    )
    if answer.status_code == 401:  # it signed itself out
        caller.sign_in()


def test_every_operation_documents_every_status_with_an_example() -> None:
    for path, operations in APP.openapi()["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), path
            assert operation.get("description"), path
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                described = content is None or "example" in content
                assert described, f"{method} {path} {status} has no example"
            protected = path not in OPEN
            if path != "/api/v1/refresh":  # by cookie it may be forged: 403 as well
                assert protected == ("403" in operation["responses"]), path
            assert protected == bool(operation.get("security")), path


def test_every_example_is_of_its_documented_shape() -> None:
    for module in (examples, examples_acts, examples_people, examples_site):
        for name, example in vars(module).items():
            if name.isupper() and is_dataclass(example):
                adapter: TypeAdapter[Any] = TypeAdapter(type(example))
                assert adapter.validate_json(adapter.dump_json(example)) == example, name
