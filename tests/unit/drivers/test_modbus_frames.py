"""Our requests are byte for byte what another implementation of the specification makes of them."""

from __future__ import annotations

import pytest
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import (
    MaskWriteRegisterRequest,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from drivers.modbus import frames
from drivers.modbus.frames import Request
from drivers.profile import Table


def pdu(message: ModbusPDU) -> bytes:
    return bytes((message.function_code,)) + message.encode()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (frames.read(1, Table.COIL, 3, 19), ReadCoilsRequest(address=3, count=19)),
        (frames.read(1, Table.DISCRETE, 7, 1), ReadDiscreteInputsRequest(address=7, count=1)),
        (frames.read(1, Table.HOLDING, 100, 40), ReadHoldingRegistersRequest(address=100, count=40)),
        (frames.read(1, Table.INPUT, 65535, 1), ReadInputRegistersRequest(address=65535, count=1)),
        (frames.write_coil(1, 3, True), WriteSingleCoilRequest(address=3, bits=[True])),
        (frames.write_coil(1, 3, False), WriteSingleCoilRequest(address=3, bits=[False])),
        (
            frames.write_coils(1, 3, [True, False, True] + [True] * 7),
            WriteMultipleCoilsRequest(address=3, bits=[True, False, True] + [True] * 7),
        ),
        (frames.write_registers(1, 9, [513]), WriteSingleRegisterRequest(address=9, registers=[513])),
        (frames.write_registers(1, 9, [1, 2, 3]), WriteMultipleRegistersRequest(address=9, registers=[1, 2, 3])),
        (frames.write_bit(1, 9, 4, True), MaskWriteRegisterRequest(address=9, and_mask=0xFFEF, or_mask=0x0010)),
        (frames.write_bit(1, 9, 4, False), MaskWriteRegisterRequest(address=9, and_mask=0xFFEF, or_mask=0)),
        (
            frames.write_and_read(1, 20, [77], 100, 12),
            ReadWriteMultipleRegistersRequest(read_address=100, read_count=12, write_address=20, write_registers=[77]),
        ),
    ],
)
def test_a_request_is_encoded_as_the_specification_says(ours: Request, theirs: ModbusPDU) -> None:
    assert ours.pdu == pdu(theirs)


def test_what_would_answer_is_known_beforehand() -> None:
    assert frames.read(1, Table.COIL, 0, 9).data_bytes == 2
    assert frames.read(1, Table.INPUT, 0, 9).data_bytes == 18
    assert frames.write_registers(1, 9, [1, 2]).echo == bytes.fromhex("0009 0002")
    assert frames.write_registers(1, 9, [1]).changes
    assert not frames.write_and_read(1, 20, [77], 100, 12).changes
