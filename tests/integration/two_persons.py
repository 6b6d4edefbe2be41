"""One order that takes two people, step by step over the real API, above a field whose every movement is known.

The field lives on in a thread of the test while the controller is killed and started again beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml

from controller.runtime.clocks import RealClock
from controller.settings.load import load_site
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from hil.field import Field
from hil.plants.events import Motion
from hil.world import load_world
from tests.integration.asking import Answer, Gone, ask
from tests.integration.zhadao import PROGRAM, Running, running, small_city

T = TypeVar("T")
TREES = ("330102-LC-0001/K5", "330102-LC-0002/K5")
"""Most of the lights of their class in a division this small: switching both takes two people by day and by night."""
PASSWORDS = {"lin": "five pumps in the rain", "wang": "a gate that never closes"}
ROLES = ("lighting_operator", "duty_officer")
FIRST, SECOND = PASSWORDS
STEPS = ("select", "operate", "confirm", "carried_out", "followed_up")
"""The methods of ``City`` that make up an order of two people."""
START_S = 60.0
"""A machine with much else to do starts slowly; a start that hangs takes longer."""
TOKEN_S = 400.0
"""An access token is used this long; it holds for ten minutes."""


class FieldThread:
    """The simulated field, in real time, for as long as the test lasts."""

    def __init__(self, config: Path) -> None:
        self._site = load_site(config)
        self._field = Field(self._site, load_world(config / "world.yaml"), RealClock(), ephemeral_ports=True)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="field")
        self._thread.start()
        self.urls = self._run(self._field.start())

    def moves(self, since: datetime) -> dict[str, list[object]]:
        """How contactors really moved since then, by circuit."""
        found: dict[str, list[object]] = {}
        for event in self._run(self._events()):
            if event.motion is Motion.CONTACTOR and event.at >= since:
                found.setdefault(f"{event.device}/{event.output}", []).append(event.value)
        return found

    def close(self) -> None:
        """The test is over."""
        self._run(self._field.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _events(self) -> Sequence[Any]:
        return self._field.events()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


def wired(folder: Path) -> tuple[Path, FieldThread]:
    """A small city whose trees may be lit again at once, wired to a field that runs."""
    config = small_city(folder)
    lighting = config / "assets" / "330102-lighting.yaml"
    assets = yaml.safe_load(lighting.read_text(encoding="utf-8"))
    for cabinet in assets["cabinets"]:
        for circuit in cabinet["circuits"]:
            circuit["no_restrike_s"] = 0
    lighting.write_text(yaml.safe_dump(assets, allow_unicode=True), encoding="utf-8")
    standing = FieldThread(config)
    endpoints = config / "endpoints.yaml"
    said = yaml.safe_load(endpoints.read_text(encoding="utf-8"))
    for endpoint in said["endpoints"]:
        endpoint["url"] = standing.urls.get(endpoint["name"], endpoint["url"])
    endpoints.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    return config, standing


@dataclass
class Act:
    """One order of two people, and what of it was acknowledged before the controller died."""

    request: str
    value: str
    begun: datetime
    token: str = ""
    proposal: str = ""
    leases: dict[str, str] = field(default_factory=dict)


def order_of(act: Act) -> dict[str, Any]:
    """What the first person sends."""
    said = {"value": act.value, "for_s": 3600.0, "reason": "trying", "request_id": act.request}
    return {"targets": list(TREES), **said}


class City:
    """A controller of a small city, its people, and the one order they give again and again."""

    def __init__(self, folder: Path) -> None:
        self.config, self.field = wired(folder / "config")
        self.data = folder / "data"
        self.controller: Running | None = None
        self.took_s: dict[str, list[float]] = {step: [] for step in STEPS}
        self._tokens: dict[str, tuple[str, float]] = {}
        self._number = 0

    # -- the process --------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def alive(self, program: Sequence[str] = PROGRAM, *before: str) -> Iterator[Running]:
        """A controller that is ready; killed when the block is left, if it lives by then."""
        run = (*before, "run", self.config, "--data", self.data, "--port", "0", "--no-live")
        with running(self.data, *run, program=program) as self.controller:
            self.controller.ready(START_S)
            yield self.controller

    def settle_people(self) -> None:
        """Two people with passwords of their own, made by the local administrator."""
        assert self.controller is not None
        for name, password in PASSWORDS.items():
            grants = [{"role": role, "scope": "city"} for role in ROLES]
            code = self.controller.ask("/api/v1/people", {"name": name, "grants": grants})["code"]
            token = self._send("", "/sign-in", {"name": name, "secret": code}).body["token"]
            assert self._send(token, "/password", {"password": password}).status == 204

    # -- people -------------------------------------------------------------------------------------------------

    def ask(self, who: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """One request of one person; signed in again when it is time.

        Raises:
            Gone: no answer came.
        """
        token, since_s = self._tokens.get(who, ("", 0.0))
        if not token or time.monotonic() - since_s > TOKEN_S:
            signed = self._send("", "/sign-in", {"name": who, "secret": PASSWORDS[who]})
            assert signed.status == 200, signed
            token = signed.body["token"]
            self._tokens[who] = (token, time.monotonic())
        return self._send(token, path, body)

    def _send(self, token: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        note = None if self.controller is None else self.controller.note()
        if note is None:
            raise Gone("nobody is there")
        return ask(note["url"], token, f"/api/v1{path}", body)

    # -- the order ----------------------------------------------------------------------------------------------

    def act(self) -> Act:
        """The next order: the trees become what they are not."""
        self._number += 1
        wanted = {self.ask(FIRST, f"/explain/{target}").body["wanted"] for target in TREES}
        assert len(wanted) == 1, wanted
        value = "off" if wanted == {"on"} else "on"
        return Act(f"R-{self._number}", value, datetime.now(UTC))

    def step(self, name: str, act: Act) -> None:
        """One of the steps; how long it took is remembered.

        Raises:
            Gone: the controller died of it.
        """
        begun_s = time.monotonic()
        getattr(self, name)(act)
        self.took_s[name].append(time.monotonic() - begun_s)

    def select(self, act: Act) -> None:
        """The first person looks."""
        answer = self.ask(FIRST, "/selections", order_of(act))
        assert answer.status == 200, answer
        assert answer.body["second_person"]
        act.token = answer.body["token"]

    def operate(self, act: Act) -> None:
        """The first person operates; it becomes a proposal."""
        answer = self.ask(FIRST, "/selections/operate", {"token": act.token})
        assert answer.status == 202, answer
        act.proposal = answer.body["id"]

    def confirm(self, act: Act) -> None:
        """The second person confirms; it is carried out."""
        answer = self.ask(SECOND, f"/proposals/{act.proposal}/confirm", {})
        assert answer.status == 200, answer
        act.leases = {one["target"]: one["lease_id"] for one in answer.body["outcomes"] if one["accepted"]}
        assert act.leases.keys() == set(TREES), answer

    def carried_out(self, act: Act) -> None:
        """Wait until both contactors have moved, in truth."""
        self._until(lambda: all(self.field.moves(act.begun).get(target) for target in TREES))

    def followed_up(self, act: Act) -> None:
        """Wait until the request is proven and settled."""
        self._until(lambda: self.request(act).get("settled"), still=lambda: self.request(act))
        assert self.request(act)["state"] == "CONFIRMED", self.request(act)

    def settlement_written(self, act: Act) -> None:
        """Wait until the journal says how the request came out: it does so a moment after people are told."""

        def written() -> bool:
            return any(line.data["request"] == act.request for line in read(self.data, kind="request_settled"))

        self._until(written)

    def _until(self, condition: Callable[[], Any], within_s: float = 60.0, still: Callable[[], Any] = str) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert self.controller is not None
            if self.controller.process.poll() is not None:
                raise Gone("it died")
            if time.monotonic() > deadline:
                raise AssertionError(f"did not happen within {within_s:g} s\n{still()}\n{self.controller.words()}")
            time.sleep(0.02)

    # -- what became of it --------------------------------------------------------------------------------------

    def request(self, act: Act) -> dict[str, Any]:
        """The request's life, empty when it is unknown."""
        answer = self.ask(FIRST, f"/requests/{act.request}")
        return dict(answer.body) if answer.status == 200 else {}

    def held(self, act: Act) -> dict[str, str]:
        """The leases that live for this request; never two on one target."""
        found = self.ask(FIRST, f"/leases?owner={FIRST}&request_id={act.request}").body
        targets = Counter(one["target"] for one in found)
        assert all(count == 1 for count in targets.values()), found
        return {one["target"]: one["id"] for one in found}

    def waiting(self) -> list[str]:
        """The proposals that wait."""
        return [one["id"] for one in self.ask(SECOND, "/proposals").body]

    def verified(self) -> None:
        """The dead controller's journal is whole."""
        report = verify(self.data)
        assert report.ok, report.problem

    def brought_to_its_end(self, act: Act) -> str:
        """After a restart: it was done once, or it can still be done; then it is, once. How it was found."""
        held, waiting = self.held(act), self.waiting()
        if act.leases:
            assert held == act.leases, "what was acknowledged is not there"
        if held:
            assert held.keys() == set(TREES), "half of it was done"
            assert not waiting, "it was done and could be done again"
            found = "done"
            if act.proposal:
                assert self.ask(SECOND, f"/proposals/{act.proposal}/confirm", {}).status == 404
        else:
            assert not self._moved(act), "it was undone"
            found = "proposed" if waiting else "not there"
            assert not act.proposal or waiting == [act.proposal], "an acknowledged proposal is lost"
            assert len(waiting) <= 1
            act.proposal = waiting[0] if waiting else ""
            if not waiting:
                self.step("select", act)
                self.step("operate", act)
            self.step("confirm", act)
        self.carried_out(act)
        self.followed_up(act)
        self._done_once(act)
        return found

    def _moved(self, act: Act) -> dict[str, list[object]]:
        """How the order's own lights moved; others go by their programs, whatever the hour."""
        return {target: moves for target, moves in self.field.moves(act.begun).items() if target in TREES}

    def _done_once(self, act: Act) -> None:
        moves = self._moved(act)
        assert moves == {target: [act.value == "on"] for target in TREES}, moves
        assert self.ask(FIRST, "/selections", order_of(act)).status == 422, "the same request can be given again"
        acted, void = self.orders(act)
        assert len(acted) - len(void) == 1, f"the journal tells of {len(acted)} acts of {act.request}, {len(void)} void"

    def orders(self, act: Act) -> tuple[list[int], list[int]]:
        """The journal's lines of this order: those that say it was accepted, those that take one of them back."""
        acted = [line.seq for line in read(self.data, kind="order") if line.data["request"] == act.request]
        void = [line.seq for line in read(self.data, kind="order_void") if line.data["request"] == act.request]
        return acted, void

    def close(self) -> None:
        """The test is over."""
        self.field.close()
