"""Our simulated field as others see it: read and written by mbpoll."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.integration.modbus_peers import program
from tests.integration.test_field_process import running

CABINET, POLE, GAUGE = 1, 2, 9
COIL, DISCRETE, INPUT, HOLDING = "0", "1", "3", "4"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    program("mbpoll", "mbpoll")
    with running() as (_, port):
        yield port


def mbpoll(port: int, *words: str, unit: int = CABINET) -> subprocess.CompletedProcess[str]:
    """One question; references count from 0 as on the wire."""
    command = [program("mbpoll", "mbpoll"), "-m", "tcp", "-0", "-1", "-o", "2", "-p", str(port), "-a", str(unit)]
    return subprocess.run([*command, *words], capture_output=True, text=True, timeout=20, check=False)


def values(answer: subprocess.CompletedProcess[str]) -> dict[int, int]:
    """What was read, by reference."""
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return {int(at): int(value) for at, value in re.findall(r"^\[(\d+)\]:\s+(-?\d+)", answer.stdout, re.MULTILINE)}


def read(port: int, table: str, at: int, count: int = 1, unit: int = CABINET) -> dict[int, int]:
    return values(mbpoll(port, "-t", table, "-r", str(at), "-c", str(count), "127.0.0.1", unit=unit))


def test_a_coil_it_writes_reads_back_and_moves_the_contactor(port: int) -> None:
    written = mbpoll(port, "-t", COIL, "-r", "0", "127.0.0.1", "1")
    assert written.returncode == 0, written.stdout + written.stderr
    assert read(port, COIL, 0, 3) == {0: 1, 1: 0, 2: 0}
    feedback = 0
    for _ in range(40):  # each a process of its own: the contactor has its time
        feedback = read(port, HOLDING, 10)[10]
        if feedback & 1:
            break
    assert feedback & 1


def test_every_table_reads_as_the_profile_says(port: int) -> None:
    voltage = read(port, HOLDING, 5)[5]
    assert 2270 <= voltage <= 2330
    assert read(port, DISCRETE, 5) == {5: 0}
    seconds = read(port, INPUT, 100, 2)
    assert set(seconds) == {100, 101}
    assert read(port, HOLDING, 0, unit=GAUGE)[0] > 0


def test_a_register_it_writes_reads_back(port: int) -> None:
    written = mbpoll(port, "-t", HOLDING, "-r", "0", "127.0.0.1", "60", unit=POLE)
    assert written.returncode == 0, written.stdout + written.stderr
    assert read(port, HOLDING, 0, unit=POLE) == {0: 60}


def test_several_registers_it_writes_read_back(port: int) -> None:
    words = [int.from_bytes(pair, "big") for pair in (b"27", b"cm")] + [0] * 30
    written = mbpoll(port, "-t", HOLDING, "-r", "10", "127.0.0.1", *map(str, words), unit=POLE)
    assert written.returncode == 0, written.stdout + written.stderr
    assert list(read(port, HOLDING, 50, 2, unit=POLE).values()) == words[:2]


@pytest.mark.parametrize(
    ("words", "unit", "said"),
    [
        (("-t", HOLDING, "-r", "900", "-c", "1", "127.0.0.1"), POLE, "Illegal data address"),
        (("-t", HOLDING, "-r", "0", "127.0.0.1", "120"), POLE, "Illegal data value"),
        (("-t", HOLDING, "-r", "1", "127.0.0.1", "0"), CABINET, "Illegal data address"),
        (("-t", COIL, "-r", "0", "-c", "1", "127.0.0.1"), 33, "Target device failed to respond"),
    ],
)
def test_what_it_may_not_have_is_refused_in_its_own_words(
    port: int, words: tuple[str, ...], unit: int, said: str
) -> None:
    answer = mbpoll(port, *words, unit=unit)
    assert said in answer.stdout + answer.stderr
