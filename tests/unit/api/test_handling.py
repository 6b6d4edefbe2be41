"""Handling and notices over the API: who may, what makes no sense, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from controller.api import examples_handling as examples
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Caller, Grant, Role, Scope
from controller.runtime.handling.views import HandlingFilter, HandlingReceipt
from tests.unit.api.conftest import Bench
from tests.unit.api.fake_controller import TARGET

RECORD = "H-7f3a91c2"
NOTICE = examples.NOTICE.id
ELSEWHERE = Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330102"))


class FakeHandling:
    """One record about a circuit."""

    def __init__(self) -> None:
        self.acts: list[tuple[str, str]] = []
        self.accepts = True

    def list(self, wanted: HandlingFilter) -> list[Any]:
        return [examples.HANDLING] if wanted.sees is None or wanted.sees(TARGET) else []

    def get(self, handling_id: str) -> Any:
        self.subject(handling_id)
        return examples.HANDLING

    def subject(self, handling_id: str) -> str:
        if handling_id != RECORD:
            raise UnknownTarget(f"no handling record {handling_id}")
        return TARGET

    def subject_of_alarm(self, alarm_id: str) -> str:
        if alarm_id != f"{TARGET}:mismatch":
            raise UnknownTarget(f"no alarm {alarm_id}")
        return TARGET

    def statistics(self, days: int) -> Any:
        assert days == 30
        return examples.STATISTICS

    async def open(self, caller: Caller, **_: object) -> HandlingReceipt:
        return self._done("open", caller)

    async def assign(self, _id: str, caller: Caller, _to: str, _text: str) -> HandlingReceipt:
        return self._done("assign", caller)

    async def step(self, _id: str, caller: Caller, _text: str) -> HandlingReceipt:
        return self._done("steps", caller)

    async def close(self, _id: str, caller: Caller, _result: str) -> HandlingReceipt:
        return self._done("close", caller)

    async def reopen(self, _id: str, caller: Caller, _reason: str) -> HandlingReceipt:
        return self._done("reopen", caller)

    def _done(self, act: str, caller: Caller) -> HandlingReceipt:
        self.acts.append((act, caller.actor))
        return examples.DONE if self.accepts else examples.NOT_DONE


ACTS: dict[str, dict[str, str]] = {
    f"/{RECORD}/assign": {"to": "wang"},
    f"/{RECORD}/steps": {"text": "replaced"},
    f"/{RECORD}/close": {"result": "lit"},
    f"/{RECORD}/reopen": {"reason": "dark again"},
    "": {"urgency": "ordinary", "text": "dark", "alarm": f"{TARGET}:mismatch"},
}


@pytest.fixture
def desk(bench: Bench) -> FakeHandling:
    bench.facade.desks.handling = FakeHandling()
    return bench.facade.desks.handling


@pytest.mark.parametrize("path", ACTS)
async def test_an_act_is_taken_under_the_callers_name(bench: Bench, desk: FakeHandling, path: str) -> None:
    async with bench.client() as client:
        answer = await client.post(f"/api/v1/handling{path}", json=ACTS[path])
        desk.accepts = False
        refused = await client.post(f"/api/v1/handling{path}", json=ACTS[path])
    assert (answer.status_code, refused.status_code) == (200, 409)
    assert desk.acts == [(path.rpartition("/")[2] or "open", "operator")] * 2


@pytest.mark.parametrize("path", ACTS)
async def test_another_divisions_operator_does_and_sees_nothing(bench: Bench, desk: FakeHandling, path: str) -> None:
    async with bench.client(bench.folk.token("wang", ELSEWHERE)) as client:
        assert (await client.post(f"/api/v1/handling{path}", json=ACTS[path])).status_code == 403
        assert (await client.get(f"/api/v1/handling/{RECORD}")).status_code == 403
        assert (await client.get("/api/v1/handling")).json() == []
    async with bench.client("") as client:
        assert (await client.post(f"/api/v1/handling{path}", json=ACTS[path])).status_code == 401
    assert desk.acts == []


async def test_looking_needs_no_more_than_seeing(bench: Bench, desk: FakeHandling) -> None:
    async with bench.client(bench.folk.token("zhou", Grant(Role.VIEWER))) as client:
        listed = await client.get("/api/v1/handling", params={"state": "all"})
        one = await client.get(f"/api/v1/handling/{RECORD}")
        figures = await client.get("/api/v1/handling/statistics")
        assert (await client.post(f"/api/v1/handling/{RECORD}/steps", json={"text": "x"})).status_code == 403
    assert [record["id"] for record in listed.json()] == [RECORD] == [one.json()["id"]]
    assert figures.json()["in_time_rate"] == 0.95
    assert desk.acts == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"urgency": "soon", "text": "x", "about": TARGET}),
        ("", {"urgency": "ordinary", "text": " ", "about": TARGET}),
        ("", {"urgency": "ordinary", "text": "x", "about": "a b"}),
        ("", {"urgency": "ordinary", "text": "x\ny", "about": TARGET}),
        (f"/{RECORD}/assign", {"to": "w" * 65}),
        (f"/{RECORD}/steps", {"text": "x" * 1001}),
        (f"/{RECORD}/close", {}),
        (f"/{RECORD}/reopen", {"reason": "x", "more": 1}),
    ],
)
async def test_what_makes_no_sense_is_422(bench: Bench, desk: FakeHandling, path: str, body: dict[str, Any]) -> None:
    async with bench.client() as client:
        assert (await client.post(f"/api/v1/handling{path}", json=body)).status_code == 422
    assert desk.acts == []


async def test_what_is_not_there_is_404_for_who_may_see_everything(bench: Bench, desk: FakeHandling) -> None:
    async with bench.client() as client:
        assert (await client.get("/api/v1/handling/H-0")).status_code == 404


class FakeNotices:
    """Takes everything."""

    def __init__(self) -> None:
        self.acts: list[str] = []

    def list(self, state: str, receiver: str, limit: int) -> list[Any]:
        assert (state, receiver, limit) == ("dead", "", 200)
        return [examples.NOTICE]

    def receivers(self) -> list[Any]:
        return [examples.RECEIVER]

    def get(self, notice_id: str) -> Any:
        if notice_id != NOTICE:
            raise UnknownTarget(f"no notice {notice_id}")
        return examples.NOTICE

    async def requeue(self, _id: str, caller: Caller, _reason: str) -> Any:
        self.acts.append(caller.actor)
        return examples.NOT_SENT

    async def discard(self, _id: str, caller: Caller, _reason: str) -> Any:
        self.acts.append(caller.actor)
        return examples.SENT

    async def requeue_all(self, _receiver: str, caller: Caller, _reason: str) -> tuple[Any, ...]:
        self.acts.append(caller.actor)
        return ()

    async def test(self, _receiver: str, caller: Caller) -> Any:
        self.acts.append(caller.actor)
        return examples.SENT


NOTICE_ACTS = {
    f"/{NOTICE}/requeue": 409,
    f"/{NOTICE}/discard": 200,
    "/receivers/duty-room/requeue": 200,
    "/receivers/duty-room/test": 200,
}


@pytest.fixture
def office(bench: Bench) -> FakeNotices:
    bench.facade.desks.notices = FakeNotices()
    return bench.facade.desks.notices


async def test_notices_are_looked_after_by_who_keeps_the_configuration(bench: Bench, office: FakeNotices) -> None:
    async with bench.client() as client:
        assert (await client.get("/api/v1/notices", params={"state": "dead"})).json()[0]["id"] == NOTICE
        assert (await client.get("/api/v1/notices/receivers")).json()[0]["id"] == "duty-room"
        assert (await client.get(f"/api/v1/notices/{NOTICE}")).json()["state"] == "dead"
        assert (await client.get("/api/v1/notices/N-0")).status_code == 404
        for path, status in NOTICE_ACTS.items():
            answer = await client.post(f"/api/v1/notices{path}", json={"reason": "their server is back"})
            assert answer.status_code == status, path
    assert office.acts == ["operator"] * len(NOTICE_ACTS)


@pytest.mark.parametrize(
    "grants", [(Grant(Role.DUTY_OFFICER),), (Grant(Role.ADMINISTRATOR, Scope.parse("division:330106")),)]
)
async def test_others_do_nothing_about_notices(bench: Bench, office: FakeNotices, grants: tuple[Grant, ...]) -> None:
    async with bench.client(bench.folk.token("wang", *grants)) as client:
        for path in NOTICE_ACTS:
            answer = await client.post(f"/api/v1/notices{path}", json={"reason": "x"})
            assert answer.status_code == 403, path
    async with bench.client(bench.folk.token("li", ELSEWHERE)) as client:
        assert (await client.get("/api/v1/notices")).status_code == 403
        assert (await client.get("/api/v1/notices/receivers")).status_code == 403
    assert office.acts == []
