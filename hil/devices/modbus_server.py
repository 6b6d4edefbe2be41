"""A Modbus TCP gateway of simulated devices. The only file that knows pymodbus's server side."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from controller.domain.errors import DeviceBusy, DeviceRefused, InvalidValue, NotWritable
from controller.domain.points import DeviceId
from drivers.base import Endpoint
from drivers.modbus.codec import BIT_TABLES
from drivers.profile import Table
from hil.devices.address import Address, port_in_use
from hil.devices.base import SimulatedDevice
from hil.devices.registers import RegisterMap

_TABLES = (Table.COIL, Table.DISCRETE, Table.HOLDING, Table.INPUT)
_TABLE_OF = {
    1: Table.COIL, 5: Table.COIL, 15: Table.COIL,
    2: Table.DISCRETE,
    3: Table.HOLDING, 6: Table.HOLDING, 16: Table.HOLDING, 22: Table.HOLDING, 23: Table.HOLDING,
    4: Table.INPUT,
}  # fmt: skip
_QUIET = logging.CRITICAL + 1


class ModbusGateway:
    """One listening socket, several unit ids. A unit that is missing or offline answers exception 11."""

    def __init__(
        self,
        endpoint: Endpoint,
        devices: Mapping[DeviceId, SimulatedDevice],
        plant_s: Callable[[], float],
        written: Callable[[], None] = lambda: None,
    ) -> None:
        self.endpoint = endpoint
        self._wire = _Wire(plant_s, written)
        self._maps = {binding.unit: RegisterMap(binding, devices[binding.device]) for binding in endpoint.devices}
        self._server: ModbusTcpServer | None = None

    async def start(self, address: Address) -> Address:
        """Listen; returns the address really bound.

        Raises:
            ConfigError: the port is taken or not allowed.
        """
        logging.getLogger("pymodbus").setLevel(_QUIET)
        units = [_device(unit, registers, self._wire) for unit, registers in self._maps.items()]
        server = ModbusTcpServer(units, address=(address.host, address.port), trace_pdu=self._watch)
        # serve_forever() and listen() swallow the reason why a socket could not be had; their own creator does not.
        try:
            listening = await server.call_create()
        except OSError as reason:
            raise port_in_use(self.endpoint, address, reason) from reason
        server.is_listener = True
        server.transport = listening
        self._server = server
        return Address(address.host, listening.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._server is not None:
            shutdown: Callable[[], Awaitable[None]] = self._server.shutdown
            await shutdown()
            self._server = None

    def _watch(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        """pymodbus answers 4 for a unit it does not know; a gateway says 11."""
        if sending and isinstance(pdu, ExceptionResponse) and pdu.dev_id not in self._maps:
            pdu.exception_code = ExcCodes.GATEWAY_NO_RESPONSE
        return pdu


@dataclass(frozen=True, slots=True)
class _Wire:
    """What a gateway gives its devices: the time, and whom to tell of a write (for plants moved by the field)."""

    plant_s: Callable[[], float]
    written: Callable[[], None]


def _device(unit: int, registers: RegisterMap, wire: _Wire) -> SimDevice:
    blocks = {table: [_block(registers, table)] for table in _TABLES}
    return SimDevice(
        id=unit,
        simdata=(blocks[Table.COIL], blocks[Table.DISCRETE], blocks[Table.HOLDING], blocks[Table.INPUT]),
        action=partial(_act, registers, wire),
    )


def _block(registers: RegisterMap, table: Table) -> SimData:
    extent = registers.extent(table)
    bits = table in BIT_TABLES
    if extent is None:
        # pymodbus wants something in every table; one far address nobody has keeps the table as good as empty.
        return SimData(65_520, values=[False] * 16, datatype=DataType.BITS) if bits else SimData(65_535)
    count = extent.last - extent.first + 1
    if bits:
        return SimData(extent.first, values=[False] * count, datatype=DataType.BITS)
    return SimData(extent.first, count=count, values=0, datatype=DataType.REGISTERS)


async def _act(
    registers: RegisterMap,
    wire: _Wire,
    function: int,
    first: int,
    address: int,
    count: int,
    words: list[int],
    written: list[int] | list[bool] | None,
) -> ExcCodes | None:
    """Called by pymodbus before it answers; ``count`` is in words even for bits, ``first`` the block's first word."""
    device = registers.device
    if device.offline:
        return ExcCodes.GATEWAY_NO_RESPONSE
    table = _TABLE_OF[function]
    # The water is everybody's: it is moved before a write that may act, not for a look at it and not for a heartbeat.
    acts = written is not None and not registers.only_beats(table, address, len(written))
    if acts or not device.sampled:
        device.advance(wire.plant_s())
    try:
        if written is not None:
            registers.take(table, address, written)
            if acts and device.sampled:
                wire.written()
        else:
            _show(registers, table, address, count, words, first)
    except NotWritable:
        return ExcCodes.ILLEGAL_ADDRESS
    except InvalidValue:
        return ExcCodes.ILLEGAL_VALUE if written is not None else ExcCodes.DEVICE_FAILURE
    except DeviceBusy:
        return ExcCodes.DEVICE_BUSY
    except DeviceRefused:
        return ExcCodes.DEVICE_FAILURE
    return None


def _show(registers: RegisterMap, table: Table, address: int, count: int, words: list[int], first: int) -> None:
    if table in BIT_TABLES:
        registers.show(table, address - address % 16, count * 16, words, first)
    else:
        registers.show(table, address, count, words, first)
