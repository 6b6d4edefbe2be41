"""The benchmarks' field is the same in C and in Python, and ends with whoever started it. Real time, real processes."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench.peers import field as peers

PATIENCE_S = 10.0
QUESTIONS = [
    struct.pack(">BHH", 6, 1, 1),  # command 1 on, and its contact
    struct.pack(">BHH", 3, 0, 46),
    struct.pack(">BHH", 2, 0, 8),
    struct.pack(">BHH", 5, 2, 0xFF00),
    struct.pack(">BHH", 1, 0, 8),
    struct.pack(">BHHBHH", 16, 1, 2, 4, 0, 1),
    struct.pack(">BHHHHBH", 23, 9, 1, 0, 1, 2, 77),
    struct.pack(">BHH", 3, 0, 10),
    struct.pack(">BHH", 3, 100, 100),
    struct.pack(">BHH", 3, 199, 2),
    struct.pack(">BHH", 5, 8, 0),
]


@contextmanager
def started(call: list[str]) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    with subprocess.Popen([*call, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process, [int(port) for port in process.stdout.readline().split()]
        finally:
            process.stdin.close()
            assert process.wait(PATIENCE_S) == 0


def answers(port: int) -> list[bytes]:
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as wire, wire.makefile("rb") as replies:
        given = []
        for number, pdu in enumerate(QUESTIONS, 1):
            wire.sendall(struct.pack(">HHHB", number, 0, len(pdu) + 1, 7) + pdu)
            header = replies.read(6)
            given.append(header + replies.read(header[5]))
        return given


def python_field() -> list[str]:
    return [sys.executable, str(Path(peers.__file__).with_name("modbus_field.py"))]


def test_both_fields_answer_alike() -> None:
    program = peers.compiled("modbus_field")
    if program is None:
        pytest.skip("no C compiler on this machine")
    with started([str(program)]) as (_, c), started(python_field()) as (_, python):
        assert answers(c[0]) == answers(python[0])


def test_a_contact_follows_its_command() -> None:
    with started(python_field()) as (_, ports):
        read = answers(ports[0])[1]
    assert struct.unpack(">46H", read[9:])[9] == 1


def test_the_silent_say_nothing_and_the_refusing_refuse() -> None:
    with started(python_field()) as (_, (_, silent, refusing)):
        with socket.create_connection(("127.0.0.1", silent), PATIENCE_S) as wire:
            wire.sendall(struct.pack(">HHHB", 1, 0, 6, 1) + QUESTIONS[1])
            wire.settimeout(0.1)
            with pytest.raises(TimeoutError):
                wire.recv(1)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", refusing), PATIENCE_S)
