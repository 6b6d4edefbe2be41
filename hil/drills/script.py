"""The script of a drill: what fails in the simulated field, when, and when it is well again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from controller.domain.clock import Clock
from controller.domain.points import device_of, output_of
from controller.logic.alarm_settings import Words
from controller.logic.drills.drill import Drill, Injection, Trouble
from hil.field import Field
from hil.plants.gate import GatePlant
from hil.plants.pump import PumpPlant

Told = Callable[[str, str], None]
"""Is told (Chinese, English) what was injected."""
WORDS: dict[Trouble, tuple[str, str]] = {
    Trouble.FROZEN: ("读数冻结", "reading frozen"),
    Trouble.LYING: ("读数失真", "reading lies"),
    Trouble.OFFLINE: ("设备失联", "device offline"),
    Trouble.JAMMED: ("闸门卡阻", "gate jammed"),
    Trouble.TRIPS_ON_START: ("启动跳闸", "trips on start"),
    Trouble.OUT_OF_SERVICE: ("机组不可用", "unit out of service"),
    Trouble.POWER_CUT: ("站用电失电", "power cut"),
    Trouble.FORECAST_STALE: ("预报中断", "no new forecast"),
    Trouble.MESSAGE: ("通报", "message"),
}


async def run_script(field: Field, drill: Drill, began: datetime, clock: Clock, tell: Told) -> None:
    """Do everything of it in its time after ``began``, then end."""
    began_s = clock.monotonic() - (clock.now() - began).total_seconds()
    due: list[tuple[float, Callable[[], None]]] = []
    for one in drill.injections:
        due.append((one.at_s, partial(_begin, field, one, tell)))
        if one.for_s is not None and one.trouble is not Trouble.MESSAGE:
            due.append((one.at_s + one.for_s, partial(_end, field, one, tell)))
    for at_s, act in sorted(due, key=lambda each: each[0]):
        await clock.sleep(began_s + at_s - clock.monotonic())
        act()


def _begin(field: Field, one: Injection, tell: Told) -> None:
    zh, en = WORDS[one.trouble]
    _do(field, one, ill=True)
    said = Words() if one.text is None else one.text
    by = f"{one.by:+g}" if one.by else ""
    tell(_line(zh, one.on, by, said.zh), _line(en, one.on, by, said.en))


def _end(field: Field, one: Injection, tell: Told) -> None:
    zh, en = WORDS[one.trouble]
    _do(field, one, ill=False)
    tell(_line(f"{zh}恢复", one.on), _line(f"{en}: over", one.on))


def _line(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _do(field: Field, one: Injection, *, ill: bool) -> None:
    match one.trouble:
        case Trouble.FROZEN | Trouble.LYING:
            _read_wrongly(field, one, ill=ill)
        case Trouble.OFFLINE:
            field.device(one.on).offline = ill
        case Trouble.JAMMED:
            _gate(field, one.on).jammed = ill
        case Trouble.TRIPS_ON_START:
            _pump(field, one.on).trips_on_start = ill
        case Trouble.OUT_OF_SERVICE:
            _pump(field, one.on).available = not ill
        case Trouble.POWER_CUT:
            plc = field.station(one.on).plc
            (plc.lose_supply if ill else plc.return_supply)(field.plant_s())
        case Trouble.FORECAST_STALE | Trouble.MESSAGE:
            pass  # the controller's side of the drill sees to these


def _read_wrongly(field: Field, one: Injection, *, ill: bool) -> None:
    device, point = field.device(device_of(one.on)), one.on.partition("/")[2]
    if not ill:
        device.heal_point(point)
    elif one.trouble is Trouble.FROZEN:
        device.substitute(point, device.read(point))
    else:
        device.distort(point, one.by)


def _gate(field: Field, target: str) -> GatePlant:
    return field.station(device_of(target)).gates[output_of(target)]


def _pump(field: Field, target: str) -> PumpPlant:
    return field.station(device_of(target)).pumps[output_of(target)]
