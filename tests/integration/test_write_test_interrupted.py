"""Ctrl-C and a closed terminal in the middle of a real write test put the old value back first."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from drivers.profile import Table
from tests.integration.zhadao import PROGRAM, ROOT
from tests.unit.cli.test_profile_commands import PROFILE, served
from tests.unit.commissioning.device import Device


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_in_the_middle_puts_the_old_value_back(tmp_path: Path, number: signal.Signals) -> None:
    device = Device()
    device.memory[Table.HOLDING] = {1: 0, 2: 0, 9: 0}
    arrived = threading.Event()

    def follow(_table: Table, address: int, word: int) -> None:
        device.memory[Table.HOLDING][9] = word
        arrived.set()

    device.written = follow
    (tmp_path / "bench.yaml").write_text(PROFILE, encoding="utf-8")
    with served(device) as url:
        words = ["profile", "test", url, str(tmp_path / "bench.yaml"), "--write-test", "K1.command", "--hold", "100",
                 "--journal", str(tmp_path / "t.jsonl"), "--data", str(tmp_path)]  # fmt: skip
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(
            [*PROGRAM, *words], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdin is not None
                process.stdin.write(f"{url.removeprefix('modbus+tcp://')}#1/K1.command\n")
                process.stdin.flush()
                assert arrived.wait(15)
                process.send_signal(number)
                process.send_signal(number)
                said = process.communicate(timeout=15)[0]
            finally:
                process.kill()
    assert device.writes == [(1, 1), (1, 0)]
    assert device.memory[Table.HOLDING][9] == 0
    assert "正在恢复" in said
    assert "The old value stands again" in said
    assert process.returncode in (0, 1), "ended by itself, not by the signal"
    assert (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()[-1].count("put_back") == 1
