"""``zhadao drill start``: a city of its own beside the real one, whose devices never see a connection."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.integration.zhadao import PROGRAM, ROOT, Running, small_city, zhadao

DRILL = """\
drills:
  - id: small
    title: {zh: 小演练, en: a small drill}
    purpose: {zh: 试, en: to try}
    begins: "2026-06-22T18:30"
    lasts: 10h
    inject:
      - {at: 1s, what: message, text: {zh: 请研判, en: judge the situation}}
    expect:
      - {id: gates, what: gates_open, points: 10, title: {zh: 闸门, en: gates}}
"""


@contextlib.contextmanager
def real_devices(endpoints: Path) -> Iterator[list[socket.socket]]:
    """Every endpoint of the site's folder at a socket that listens: the real city's."""
    with contextlib.ExitStack() as opened:
        listening: list[socket.socket] = []

        def moved(found: re.Match[str]) -> str:
            one = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
            one.setblocking(False)
            listening.append(one)
            return f"{found[1]}127.0.0.1:{one.getsockname()[1]}"

        text = endpoints.read_text(encoding="utf-8")
        endpoints.write_text(re.sub(r"(\w+://)127\.0\.0\.1:\d+", moved, text), encoding="utf-8")
        yield listening


@contextlib.contextmanager
def held(data: Path, config: Path) -> Iterator[Running]:
    """A drill held beside the test, ended whatever happens."""
    command = [*PROGRAM, "drill", "start", "small", str(config), "--data", str(data), "--no-live"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    running = Running(process, data)
    try:
        running.until(lambda: any((data / "drills").glob("*/run/local.json")), within_s=40.0)
        running.data = next((data / "drills").iterdir())
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            said, complained = process.communicate(timeout=20)
            running.said.append(said)
            running.complained.append(complained)
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_a_drill_reaches_no_device_of_the_city_says_so_everywhere_and_ends_with_its_report(tmp_path: Path) -> None:
    config, data = small_city(tmp_path / "config"), tmp_path / "data"
    (config / "drills").mkdir(exist_ok=True)
    for other in (config / "drills").glob("*.yaml"):
        other.unlink()
    (config / "drills" / "small.yaml").write_text(DRILL, encoding="utf-8")
    with real_devices(config / "endpoints.yaml") as devices:
        assert devices
        with held(data, config) as drill:
            drill.ready()
            run = drill.data.name
            note = drill.note()
            assert note is not None
            with urlopen(f"{note['url']}/api/v1/health", timeout=5) as answer:  # noqa: S310 - our own address
                assert answer.headers["X-Zhadao-Drill"] == run
                assert json.loads(answer.read())["drill"] == run
            assert drill.ask("/api/v1/drill")["run"] == run
            assert drill.ask("/api/v1/drill/report")["sign"] == "【演练 DRILL】"
            status = zhadao("status", "--data", drill.data)
            assert run in status.stderr
            assert status.stdout.startswith("【演练 DRILL】小演练")
            ended = zhadao("drill", "stop", "small", "--data", data)
            assert ended.returncode == 0, ended.stderr
            assert drill.process.wait(20) == 0
        for one in devices:
            with pytest.raises(BlockingIOError):
                one.accept()
    assert "得分 score 0 / 0" in drill.words(), (
        "stopped after seconds of ten hours: nothing was seen to hold all the time"
    )
    assert "the drill ended before its time" in drill.words()
    assert {"report.html", "report.json"} <= {one.name for one in drill.data.iterdir()}
    told = zhadao("drill", "report", "small", "--data", data, "--json")
    assert json.loads(told.stdout)["run"] == run
    assert not (data / "journal.sqlite").exists(), "the city's own journal was not touched"
