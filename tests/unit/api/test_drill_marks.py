"""Every answer of a drill's API says that it is one; a city's own never does."""

from __future__ import annotations

from httpx import ASGITransport, AsyncClient

from controller.api import create_app
from controller.domain.drill import HEADER, DrillMark
from tests.unit.api.fake_controller import FakeController
from tests.unit.runtime.people.rig import Folk


async def answered(mark: DrillMark | None) -> list[str | None]:
    facade = FakeController(drill=mark)
    transport = ASGITransport(create_app(facade, Folk(facade.clock).authority))
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        paths = ("/api/v1/health", "/api/v1/drill", "/", "/nowhere")
        return [(await client.get(path)).headers.get(HEADER) for path in paths]


async def test_a_drills_answers_carry_its_run_also_refusals_and_the_page() -> None:
    assert await answered(DrillMark("evening-1", "evening", "晚间", "evening")) == ["evening-1"] * 4
    assert await answered(None) == [None] * 4
