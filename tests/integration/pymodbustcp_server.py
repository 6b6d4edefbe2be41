"""A Modbus device that is not ours: pyModbusTCP answers, this file only says what its registers hold.

Prints ``ready PORT``, then the function code of each request; ends when its standard input is closed.
"""

from __future__ import annotations

import sys
from typing import Any

from pyModbusTCP.server import DataHandler, ModbusServer
from pyModbusTCP.utils import encode_ieee, get_2comp, long_list_to_word

SIGNED_16, SIGNED_32 = 16, 32


class Telling(DataHandler):  # type: ignore[misc]  # the library has no types
    """Says which function was asked."""

    def read_coils(self, *asked: Any) -> Any:
        return super().read_coils(*self._said(asked))

    def write_coils(self, *asked: Any) -> Any:
        return super().write_coils(*self._said(asked))

    def read_h_regs(self, *asked: Any) -> Any:
        return super().read_h_regs(*self._said(asked))

    def write_h_regs(self, *asked: Any) -> Any:
        return super().write_h_regs(*self._said(asked))

    def _said(self, asked: tuple[Any, ...]) -> tuple[Any, ...]:
        sys.stdout.write(f"{asked[-1].recv_frame.pdu.func_code}\n")
        sys.stdout.flush()
        return asked


def filled() -> ModbusServer:
    server = ModbusServer("127.0.0.1", 0, no_block=True, data_hdl=Telling())
    words = [get_2comp(-1234, SIGNED_16), 54321]
    words += long_list_to_word([0x89ABCDEF, get_2comp(-100000, SIGNED_32), encode_ieee(2.68)])
    words += long_list_to_word([encode_ieee(-2.5)], big_endian=False)
    words += long_list_to_word([encode_ieee(49.75, double=True)], long_long=True)
    words += [1, 1 << 15 | 1 << 1, *(int.from_bytes(pair, "big") for pair in (b"Qi", b"an")), 0, 0]
    words += long_list_to_word([70000], big_endian=False)
    bank = server.data_hdl.data_bank
    bank.set_input_registers(0, words)
    bank.set_discrete_inputs(0, [True])
    bank.set_discrete_inputs(9, [True])
    return server


if __name__ == "__main__":
    server = filled()
    server.start()
    sys.stdout.write(f"ready {server._service.server_address[1]}\n")  # the port it got is said nowhere else
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()
