"""``profile``, ``scan`` and ``point`` as a person types and reads them, against real devices on real sockets."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]  # the library ships no types
from typer.testing import CliRunner, Result

from controller.cli.app import app
from controller.store.folder import DataFolder
from drivers.profile import Table
from tests.unit.cli.conftest import Running, Shell
from tests.unit.commissioning.device import Device, listening
from tests.unit.settings.small_site import changed, write_site

PROFILE = """\
id: bench
title: A bench cabinet
protocol: modbus
max_gap: 0
points:
  K1.command: {table: holding, address: 1, type: bool, access: read_write, feedback: K1.feedback}
  K1.feedback: {table: holding, address: 9, bit: 0, type: bit}
  P1.run_command: {table: holding, address: 2, type: bool, access: read_write, feedback: none}
  voltage_a_v: {table: holding, address: 20, type: u16, unit: V}
  level_m: {table: holding, address: 22, type: f32, unit: m, low: -10, high: 20}
"""


@contextmanager
def served(device: Device) -> Iterator[str]:
    """The device in a thread of its own, since a command runs its own event loop."""
    up, loops, urls = threading.Event(), [], []

    async def serve() -> None:
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        async with listening(device) as endpoint:
            urls.append(endpoint.url)
            up.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert up.wait(10)
    try:
        yield urls[0]
    finally:
        loop, stop = loops[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@pytest.fixture
def device() -> Device:
    made = Device()
    made.memory[Table.HOLDING] = {1: 0, 2: 0, 9: 0, 20: 2305, 22: 0x0000, 23: 0x4020}

    def follow(_table: Table, address: int, word: int) -> None:
        if address == 1:
            made.memory[Table.HOLDING][9] = word

    made.written = follow
    return made


@pytest.fixture
def url(device: Device) -> Iterator[str]:
    with served(device) as where:
        yield where


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bench.yaml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


def typed(said: str, *words: str) -> Result:
    return CliRunner().invoke(app, list(words), input=said)


def confirmed(url: str, point: str) -> str:
    return f"{url.removeprefix('modbus+tcp://')}#1/{point}\n"


def test_a_map_becomes_a_profile_and_everything_is_shown(shell: Shell, tmp_path: Path) -> None:
    book = Workbook()
    for row in (
        ["XX 控制器"],
        ["名称", "寄存器地址", "功能码", "数据类型", "读写", "单位", "倍率", "版本"],
        ["A相电压", 40001, "03", "UINT16", "R", "V", 0.1, "V1"],
        ["回路1控制", 40002, "03/06", "UINT16", "R/W", "", "", "V1"],
        ["坏行", "x", "03", "UINT16", "R", "", "", "V1"],
    ):
        book.active.append(row)
    book.save(tmp_path / "点表.xlsx")
    out = tmp_path / "made.yaml"
    result = shell("profile", "import", str(tmp_path / "点表.xlsx"), "--out", str(out))
    assert result.exit_code == 1, "a row was not understood"
    for words in (
        "header in row 2", "address   ←  寄存器地址", "not used 未采用: 版本", "the first register is 1",
        "voltage_a_v", "Writable by the map, to be confirmed one by one 可写点待确认 (1)", "circuit_command_1",
        "NOT understood 未能识别 (1)", "Sheet row 5", "2 points", "rows not understood: 1",
    ):  # fmt: skip
        assert words in result.stdout, result.stdout
    assert out.read_text(encoding="utf-8").count("access: read_write}") == 1
    again = shell("profile", "import", str(tmp_path / "点表.xlsx"), "--out", str(out))
    assert again.exit_code == 2
    assert "--force" in again.stderr


def test_without_a_file_the_profile_alone_is_on_standard_output(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("名称,地址,类型\n频率,0,uint16\n", encoding="utf-8")
    result = shell("profile", "import", str(tmp_path / "m.csv"))
    assert result.exit_code == 0
    assert result.stdout.startswith("# Imported from m.csv")
    assert "Points 测点 (1)" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--column", "adress=地址"), "FIELD one of"),
        (("--sheet", "7"), "there is no such sheet"),
        (("--column", "address=没有"), "no such column"),
        (("--header", "99"), "no such row"),
    ],
)
def test_a_wrong_option_is_answered_with_what_there_is(
    shell: Shell, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "m.csv").write_text("名称,地址,类型\n频率,0,uint16\n", encoding="utf-8")
    extra = ("--header", "1") if "address=没有" in words else ()
    result = shell("profile", "import", str(tmp_path / "m.csv"), *words, *extra)
    assert result.exit_code == 2
    assert said in result.stderr


def test_every_point_is_shown_and_what_looks_wrong_with_its_correction(shell: Shell, url: str, file: Path) -> None:
    result = shell("profile", "test", url, str(file))
    assert result.exit_code == 1
    for words in (
        "nothing was written", "voltage_a_v     holding 20   0x0901", "2305 V", "LIKELY", "2305 V is no mains voltage",
        "→ say scale: 0.1", "0x0000 0x4020", "level_m reads 2.3004e-41, would be 2.5 m", "→ say word_order: little",
    ):  # fmt: skip
        assert words in result.stdout, result.stdout


def test_the_report_as_json_for_programs(shell: Shell, url: str, file: Path) -> None:
    report = json.loads(shell("profile", "test", url, str(file), "--json").stdout)
    assert report["good"] is False
    assert {point["name"]: point["raw"] for point in report["points"]}["voltage_a_v"] == "0x0901"
    assert {one["kind"] for one in report["suspicions"]} == {"scale", "word_order"}


def test_a_profile_that_waits_for_its_feedback_can_be_read_and_not_written(shell: Shell, url: str, file: Path) -> None:
    file.write_text(PROFILE.replace(", feedback: K1.feedback", ""), encoding="utf-8")
    read = shell("profile", "test", url, str(file))
    assert "K1.command" in read.stdout
    assert "a writable point without feedback" in read.stdout
    written = typed(confirmed(url, "K1.command"), "profile", "test", url, str(file), "--write-test", "K1.command")
    assert written.exit_code == 2
    assert "is not complete" in written.stderr


def write_test(url: str, file: Path, point: str, said: str, *more: str) -> Result:
    journal = str(file.parent / "tests.jsonl")
    return typed(
        said, "profile", "test", url, str(file), "--write-test", point, "--hold", "1", "--journal", journal,
        "--data", str(file.parent / "data"), *more,
    )  # fmt: skip


def test_a_typed_confirmation_writes_proves_and_puts_back(device: Device, url: str, file: Path) -> None:
    result = write_test(url, file, "K1.command", confirmed(url, "K1.command"))
    assert result.exit_code == 0, result.stderr
    for words in ("接触器吸合", "PROVEN 已证实", "The old value stands again", "tests.jsonl"):
        assert words in result.stdout
    assert device.writes == [(1, 1), (1, 0)]


@pytest.mark.parametrize("said", ["", "\n", "K1.command\n", "y\n"])
def test_anything_else_typed_writes_nothing(device: Device, url: str, file: Path, said: str) -> None:
    result = write_test(url, file, "K1.command", said)
    assert result.exit_code == 1
    assert "nothing was sent" in result.stderr
    assert device.writes == []


def test_a_pump_wants_the_option_and_the_words_and_the_point(device: Device, url: str, file: Path) -> None:
    point = confirmed(url, "P1.run_command")
    assert "须有人在现场" in write_test(url, file, "P1.run_command", point).stderr
    assert write_test(url, file, "P1.run_command", f"yes\n{point}", "--i-am-on-site").exit_code == 1
    assert device.writes == []
    done = write_test(url, file, "P1.run_command", f"我在现场\n{point}", "--i-am-on-site")
    assert done.exit_code == 0
    assert "nothing proves it" in done.stdout
    assert device.writes == [(2, 1), (2, 0)]


def test_where_a_controller_runs_nothing_is_written(device: Device, url: str, file: Path) -> None:
    held = DataFolder.open(file.parent / "data")
    try:
        result = write_test(url, file, "K1.command", confirmed(url, "K1.command"))
    finally:
        held.close()
    assert result.exit_code == 1
    assert "控制器正在运行" in result.stderr
    assert device.writes == []


def test_a_device_of_the_running_controllers_site_is_never_written(device: Device, url: str, file: Path) -> None:
    site = write_site(file.parent / "config", changed("site/endpoints.yaml", "modbus+tcp://127.0.0.1:20001", url))
    held = DataFolder.open(file.parent / "data")
    try:
        result = write_test(url, file, "K1.command", confirmed(url, "K1.command"), "--site", str(site))
    finally:
        held.close()
    assert result.exit_code == 1
    assert "330106-LC-0001" in result.stderr
    assert device.writes == []


def test_a_test_that_never_ended_is_told_of_before_the_next(url: str, file: Path) -> None:
    name = confirmed(url, "").strip().rstrip("/")
    left = {"at": "2026-01-01", "kind": "writing", "device": name, "point": "K1.command", "old": False, "new": True}
    (file.parent / "tests.jsonl").write_text(json.dumps(left) + "\n", encoding="utf-8")
    result = write_test(url, file, "K1.command", "")
    assert "never put False back 未恢复" in result.stderr


def test_a_scan_prints_what_answers_and_what_it_sent(shell: Shell, device: Device, url: str) -> None:
    device.gateway = True
    result = shell("scan", url.removeprefix("modbus+tcp://"), "--units", "1-3", "--pause", "0.02")
    assert result.exit_code == 0
    assert "unit   1: holding exception 2" in result.stdout
    assert "3 units asked, 2 silent; sent: 1 × FC 1, 1 × FC 2, 3 × FC 3, 1 × FC 4, 1 × FC 43" in result.stdout
    assert shell("scan", "10.0.0.0/24", "--units", "1").exit_code == 2
    assert "--units 1-16" in shell("scan", "127.0.0.1:1").stderr


def test_points_are_watched_through_the_controller(running: Running) -> None:
    result = running.asking("point", "watch", "330106-LC-0001", "--for", "1s", "--every", "0.2s")
    assert result.exit_code == 0, result.stderr
    lines = [line for line in result.stdout.splitlines() if "330106-LC-0001/" in line]
    assert lines
    assert len(lines) == len({line.split()[1] for line in lines}), "one line a change: nothing changed"


def test_a_point_nobody_has_is_named_with_its_nearest(running: Running) -> None:
    result = running.asking("point", "watch", "330106-LC-0001/K1.comand", "--for", "1s")
    assert result.exit_code == 1
    assert "has no point K1.comand" in result.stderr


def test_watching_directly_warns_of_two_masters_and_asks_for_no_more(
    shell: Shell, device: Device, url: str, file: Path
) -> None:
    result = shell("point", "watch", "x/K1", "--direct", "--endpoint", url, "--profile", str(file), "--for", "1s",
                   "--every", "0.2s")  # fmt: skip
    assert result.exit_code == 0
    assert "两个主站会互相干扰" in result.stderr
    assert [line.split()[1:4] for line in result.stdout.splitlines()] == [
        ["x/K1.command", "False", "GOOD"], ["x/K1.feedback", "False", "GOOD"]
    ]  # fmt: skip
    assert device.writes == []
    assert "say --direct too" in shell("point", "watch", "x", "--endpoint", url).stderr
