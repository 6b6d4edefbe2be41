"""The live stream over a real socket, in virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from controller.api import create_app, examples
from controller.api.face import Face
from controller.api.limits import Limits
from controller.api.live import SEND_S
from controller.runtime.authority import Denial
from controller.runtime.clocks import ScaledClock
from controller.runtime.people import sessions as sessions_module
from tests.unit.api.fake_controller import TARGET, FakeController
from tests.unit.runtime.people.rig import Folk, division

START = datetime(2026, 6, 21, 11, tzinfo=UTC)
HANDSHAKE = (
    "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Protocol: zhadao.live.v1, bearer.{token}\r\n\r\n"
)


class Rig:
    """A controller in memory behind a real server on a free port."""

    def __init__(self, url: str, facade: FakeController, folk: Folk) -> None:
        self.url = url
        self.facade = facade
        self.folk = folk

    @asynccontextmanager
    async def listening(self, actor: str = "operator", **options: Any) -> AsyncIterator[ClientConnection]:
        async with connect(f"{self.url}/api/v1/live", **options) as socket:
            await socket.send(json.dumps({"token": self.folk.token(actor)}))
            yield socket


class Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def served(speed: float = 1.0, face: Face | None = None) -> AsyncIterator[Rig]:
    facade = FakeController(ScaledClock(START, speed, source=asyncio.get_running_loop().time))
    folk = Folk(facade.clock)
    config = uvicorn.Config(create_app(facade, folk.authority, face), port=0, log_level="critical", lifespan="off")
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    await server.up.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Rig(f"ws://127.0.0.1:{port}", facade, folk)
    finally:
        server.should_exit = True
        await serving


async def heard(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of this kind."""
    while True:
        message: dict[str, Any] = json.loads(await socket.recv())
        if message["type"] == kind:
            return message


async def ending(socket: ClientConnection) -> tuple[int, str, str]:
    """Close code, reason of the close frame, and what the end message said."""
    heard_all: list[dict[str, Any]] = []
    with pytest.raises(ConnectionClosed) as closed:
        await _hear_into(heard_all, socket)
    frame = closed.value.rcvd
    assert frame is not None
    said = [message["reason"] for message in heard_all if message["type"] == "end"]
    return frame.code, frame.reason, "".join(said)


async def _hear_into(heard_all: list[dict[str, Any]], socket: ClientConnection) -> None:
    while True:
        heard_all.append(json.loads(await socket.recv()))


async def test_a_listener_hears_who_it_is_then_the_overview_then_every_change() -> None:
    async with served() as rig, rig.listening() as socket:
        hello = await heard(socket, "hello")
        assert (hello["actor"], hello["speed"]) == ("operator", 1.0)
        assert (await heard(socket, "overview"))["overview"]["devices"] == 292
        rig.facade.stream.publish("decision", TARGET, {"wanted": "on"})
        (change,) = (await heard(socket, "changes"))["changes"]
        assert (change["subject"], change["data"], change["kind"]) == (TARGET, {"wanted": "on"}, "decision")


async def test_the_overview_comes_once_a_real_second_at_any_speed_of_demo_time() -> None:
    async with served(speed=60.0) as rig, rig.listening() as socket:
        first = datetime.fromisoformat((await heard(socket, "overview"))["overview"]["now"])
        second = datetime.fromisoformat((await heard(socket, "overview"))["overview"]["now"])
        assert (second - first).total_seconds() == pytest.approx(60, abs=6)


async def test_many_changes_at_once_are_few_messages_in_order() -> None:
    async with served() as rig, rig.listening() as socket:
        await heard(socket, "overview")
        for _ in range(1200):
            rig.facade.stream.publish("point", TARGET, {})
        sizes: list[int] = []
        sequences: list[int] = []
        while len(sequences) < 1200:
            changes = (await heard(socket, "changes"))["changes"]
            sizes.append(len(changes))
            sequences += [change["sequence"] for change in changes]
        assert sequences == list(range(1, 1201))
        assert len(sizes) <= 4


async def test_a_token_may_come_as_a_subprotocol() -> None:
    async with served() as rig:
        token = rig.folk.token()
        offered: Any = ["zhadao.live.v1", f"bearer.{token}"]
        async with connect(f"{rig.url}/api/v1/live", subprotocols=offered) as socket:
            assert (await heard(socket, "hello"))["actor"] == "operator"
            assert socket.subprotocol == "zhadao.live.v1"


@pytest.mark.parametrize("first", ['{"token": "made-up"}', "{}", "[]", "not json", '{"token": 7}', "null"])
async def test_no_valid_token_is_ended_with_4401_and_why(first: str) -> None:
    async with served() as rig, connect(f"{rig.url}/api/v1/live") as socket:
        await socket.send(first)
        code, reason, said = await ending(socket)
        assert code == 4401
        assert "token" in reason
        assert said == reason


async def test_a_binary_first_message_is_no_token() -> None:
    async with served() as rig, connect(f"{rig.url}/api/v1/live") as socket:
        await socket.send(b"\x00\x01")
        assert (await ending(socket))[0] == 4401


async def test_silence_instead_of_a_token_is_ended_with_4408() -> None:
    async with served() as rig, connect(f"{rig.url}/api/v1/live") as socket:
        assert (await ending(socket))[0] == 4408


async def test_a_caller_who_may_not_look_is_ended_with_4403() -> None:
    async with served() as rig, rig.listening("stranger") as socket:
        code, reason, _ = await ending(socket)
        assert code == 4403
        assert "stranger" in reason


async def test_a_session_that_runs_out_ends_its_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions_module, "SESSION_LIFE", timedelta(seconds=3))
    async with served() as rig, rig.listening() as socket:
        assert (await ending(socket))[:2] == (4401, "the session has ended: sign in again")


async def test_a_listener_that_lags_too_far_behind_is_told_and_ended() -> None:
    async with served() as rig, rig.listening() as socket:
        await heard(socket, "overview")
        for _ in range(6_000):  # more than the stream keeps for one listener, without giving it a turn
            rig.facade.stream.publish("point", TARGET, {})
        code, _, said = await ending(socket)
        assert code == 4429
        assert "too slow" in said


async def test_a_listener_that_stops_reading_is_ended_and_leaves_nothing_behind() -> None:
    async with served() as rig:
        token = rig.folk.token()
        host, _, port = rig.url.removeprefix("ws://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        writer.write(HANDSHAKE.format(token=token).encode())
        assert b"101" in await reader.readline()
        await asyncio.sleep(1)
        assert rig.facade.stream.listeners == 1
        for _ in range(400):
            rig.facade.stream.publish("point", TARGET, {"text": "x" * 50_000})
            await asyncio.sleep(0.02)
        await asyncio.sleep(SEND_S)
        assert rig.facade.stream.listeners == 0
        writer.transport.abort()
        await asyncio.sleep(0.1)


async def test_a_listener_that_leaves_leaves_nothing_behind() -> None:
    async with served() as rig:
        async with rig.listening() as socket:
            await heard(socket, "overview")
            assert rig.facade.stream.listeners == 1
        await asyncio.sleep(1)
        assert rig.facade.stream.listeners == 0


async def test_what_a_listener_sends_changes_nothing() -> None:
    async with served() as rig, rig.listening() as socket:
        await heard(socket, "overview")
        await socket.send('{"value": "off"}')
        await socket.send(b"\xff")
        assert (await heard(socket, "overview"))["overview"]["devices"] == 292


async def test_a_stopping_controller_ends_its_listeners() -> None:
    async with served() as rig, rig.listening() as socket:
        await heard(socket, "overview")
        rig.facade.stream.close()
        assert (await ending(socket))[0] == 4429


async def test_the_overview_is_worked_out_once_for_all_listeners() -> None:
    async with served() as rig, rig.listening() as one, rig.listening() as two, rig.listening() as three:
        for socket in (one, two, three):
            await heard(socket, "overview")
        before = rig.facade.overviews
        for _ in range(5):
            for socket in (one, two, three):
                await heard(socket, "overview")
        assert rig.facade.overviews - before <= 7


async def test_a_listener_hears_and_sees_only_what_it_may_see() -> None:
    far = f"{TARGET.replace('330106', '330102')}"
    async with served() as rig:
        rig.folk.add("near", division("330106"))
        async with rig.listening("near") as socket:
            overview = (await heard(socket, "overview"))["overview"]
            assert [gauge[0] for gauge in overview["gauges"]] == [examples.OVERVIEW.gauges[0][0]]
            for kind, subject, data in (
                ("decision", far, {}),
                ("alarm", "A-1", {"source": far}),
                ("alarm", "A-2", {"source": TARGET}),
                ("decision", TARGET, {}),
                ("request", "r-1", {"actor": "somebody"}),
                ("request", "r-2", {"actor": "somebody"}),
                ("request", "r-3", {"actor": "near"}),
                ("lease", far, {}),
                ("lease", "r-2", {"owner": "somebody"}),
            ):
                rig.facade.stream.publish(kind, subject, data)
            changes = (await heard(socket, "changes"))["changes"]
            assert [change["subject"] for change in changes] == ["A-2", TARGET, "r-1", "r-3"]


async def test_a_listener_whose_roles_change_is_ended_at_once_and_one_whose_token_runs_out_is_not() -> None:
    async with served() as rig, rig.listening() as socket:
        over_s = asyncio.get_running_loop().time() + sessions_module.ACCESS_LIFE.total_seconds() + 1
        while asyncio.get_running_loop().time() < over_s:
            await heard(socket, "overview")
        rig.folk.known.sessions.end_of("operator")
        assert (await ending(socket))[0] == 4401


async def test_the_page_listens_by_cookie_and_only_from_its_own_origin() -> None:
    async with served() as rig:
        cookie = {"Cookie": f"zhadao-access={rig.folk.token()}"}
        own = rig.url.replace("ws://", "http://")
        async with connect(f"{rig.url}/api/v1/live", additional_headers=cookie, origin=own) as socket:
            assert (await heard(socket, "hello"))["actor"] == "operator"
        for origin in ("https://evil.example", own.replace("http", "https"), "null", None):
            async with connect(f"{rig.url}/api/v1/live", additional_headers=cookie, origin=origin) as socket:
                assert (await ending(socket))[0] == 4403, origin


async def test_a_cookie_that_means_nothing_any_more_is_4401() -> None:
    async with served() as rig:
        cookie = {"Cookie": "zhadao-access=made-up"}
        own: Any = rig.url.replace("ws://", "http://")
        async with connect(f"{rig.url}/api/v1/live", additional_headers=cookie, origin=own) as socket:
            assert (await ending(socket))[0] == 4401


async def test_a_name_that_is_not_ours_opens_no_stream() -> None:
    async with served() as rig:
        host, _, port = rig.url.removeprefix("ws://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(HANDSHAKE.format(token=rig.folk.token()).replace("Host: localhost", "Host: evil.example").encode())
        assert b" 403 " in await reader.readline()
        writer.close()
        await writer.wait_closed()


async def test_with_its_last_stream_a_session_is_gone_and_not_before() -> None:
    async with served() as rig:
        session = rig.folk.signed_in("operator")
        offered: Any = ["zhadao.live.v1", f"bearer.{session.token}"]
        first = await connect(f"{rig.url}/api/v1/live", subprotocols=offered)
        second = await connect(f"{rig.url}/api/v1/live", subprotocols=offered)
        await heard(first, "overview")
        await heard(second, "overview")
        await first.close()
        await asyncio.sleep(1)
        assert rig.facade.clients_gone == []
        await second.close()
        await asyncio.sleep(1)
        assert rig.facade.clients_gone == [session.caller.session]


async def test_a_listener_who_may_look_no_more_is_ended_within_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served() as rig, rig.listening() as socket:
        await heard(socket, "overview")
        begun_s = asyncio.get_running_loop().time()
        denial = Denial("NO_ACCESS_AUTHORITY", "the site was reloaded and nothing is theirs")
        monkeypatch.setattr(rig.folk.authority, "permit", lambda *_a, **_k: denial)
        code, reason, _ = await ending(socket)
        assert (code, reason) == (4403, denial.text)
        assert asyncio.get_running_loop().time() - begun_s <= 11.5


async def test_an_address_has_so_many_streams_and_no_more() -> None:
    narrow = Face(limits=Limits(streams=2))
    async with served(face=narrow) as rig, rig.listening() as one, rig.listening() as two:
        await heard(one, "overview")
        await heard(two, "overview")
        async with connect(f"{rig.url}/api/v1/live") as third:
            assert (await ending(third))[0] == 4429
