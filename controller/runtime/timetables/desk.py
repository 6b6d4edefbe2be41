"""Where people ask for timetables: how they stand, one night side by side, and a download."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from controller.domain.command import Cause
from controller.domain.errors import ControllerError, InvalidValue, StoreError, UnknownTarget
from controller.domain.points import DeviceId
from controller.domain.rights import Caller
from controller.domain.timetables import TimetableLayout
from controller.logic.timetables import WHOLE, Night, length, row_of, spoken, without
from controller.logic.timetables_codec import Image, decode, decode_night
from controller.logic.timetables_compare import Sameness
from controller.runtime.act_requests import outcome
from controller.runtime.evidence import Evidence
from controller.runtime.timetables.office import TimetableOffice
from controller.runtime.timetables.showing import night_notes, view_of
from controller.runtime.timetables.views import NightComparison, OutputNight, TimetableCounts, TimetableView
from controller.runtime.timetables.visiting import Errand
from controller.runtime.views import Receipt, TargetOutcome

MOST_REASON = 500
NEXT = "it is downloaded now, in its turn; `zhadao timetable status` shows how it went 即将下载"


class TimetableDesk:
    """Answers for timetables. ``cause_held`` says why a cabinet may not be written to now (cause and text)."""

    def __init__(
        self,
        office: TimetableOffice,
        *,
        evidence: Evidence,
        cause_held: Callable[[DeviceId], tuple[Cause, str] | None],
    ) -> None:
        self._office = office
        self._evidence = evidence
        self._cause_held = cause_held

    def counts(self) -> TimetableCounts:
        """How many cabinets' own fallback equals the programs."""
        office, said = self._office, dict.fromkeys(Sameness, 0)
        for device in office.layouts:
            said[office.state(device)] += 1
        clocks = (office.record(device) for device in office.clocks)
        off = sum(bool(record.clock_error) for record in clocks)
        return TimetableCounts(
            tables=len(office.layouts),
            equal=said[Sameness.EQUAL],
            differs=said[Sameness.DIFFERS],
            unknown=said[Sameness.UNKNOWN],
            never_downloaded=said[Sameness.NEVER_DOWNLOADED],
            no_table=len(office.site.city.cabinets) - len(office.layouts),
            clocks_off=off,
        )

    def list(self, scope: str = "") -> Iterable[TimetableView]:
        """Every cabinet of a scope: a division, a cabinet, or the beginning of an id; empty: all. Sorted by id."""
        for device, cabinet in sorted(self._office.site.city.cabinets.items()):
            if scope in ("", cabinet.division) or device.startswith(scope):
                yield view_of(self._office, device)

    def keeping(self) -> tuple[DeviceId, ...]:
        """The cabinets that keep a table, by id."""
        return tuple(sorted(self._office.layouts))

    def view(self, device: DeviceId) -> TimetableView:
        """One cabinet. Raises UnknownTarget."""
        self._known(device)
        return view_of(self._office, device)

    async def night(self, device: DeviceId, night: date | None) -> NightComparison:
        """The device's own fallback of a night beside the program; read from the device while it can be reached.

        Raises:
            UnknownTarget: no such cabinet. InvalidValue: it keeps no table.
        """
        self._known(device)
        office = self._office
        layout = office.layouts.get(device)
        if layout is None:
            raise InvalidValue(f"{device} keeps no timetable: its profile declares none; it follows its own program")
        when = night or office.planner.tonight(office.now())
        held, error = await self._held_nights(device, layout, when)
        cabinet = office.site.city.cabinets[device]
        outputs = tuple(
            _compared(
                circuit.output,
                circuit.name,
                office.site.lighting.calendar.resolve(circuit.program, when),
                office.planner.night(cabinet, circuit, when),
                held.get(circuit.output, None) if held is not None else None,
                read=held is not None,
            )
            for circuit in cabinet.circuits
        )
        state = office.state(device)
        return NightComparison(
            device, when.isoformat(), state.value, held is not None, outputs, night_notes(layout, office, device), error
        )

    async def download(self, devices: Sequence[DeviceId], caller: Caller, *, reason: str) -> Receipt:
        """Have these cabinets' tables written, in their turn; refused one by one where that cannot be.

        Journalled before anything is written, with everybody who is to get one. Asking twice writes no more than
        asking once: what stands there already is not written again. How each went is told by its view and by the
        journal's lines with this request's id, not by the list of requests, which knows only what the field proves.

        Raises:
            UnknownTarget: no such cabinet. InvalidValue: no reason, or nothing named.
        """
        if not devices or not reason.strip() or len(reason) > MOST_REASON:
            raise InvalidValue(f"name cabinets, and say why in at most {MOST_REASON} characters")
        for device in devices:
            self._known(device)
        asked, request = list(dict.fromkeys(devices)), secrets.token_hex(8)
        outcomes = [self._refusal(device) or outcome(device, "", NEXT) for device in asked]
        wanted = [one.target for one in outcomes if one.accepted]
        refused = {one.target: one.cause for one in outcomes if not one.accepted}
        said = {"request": request, "reason": reason.strip(), "members": wanted, "refused": refused}
        try:
            await self._evidence.before("timetables_ordered", caller.actor, "", said)
        except StoreError as error:
            outcomes = [outcome(device, Cause.NO_EVIDENCE.value, f"nothing was done: {error}") for device in asked]
            wanted = []
        for device in wanted:
            self._office.ask(device, Errand(caller.actor, reason.strip(), request))
        return Receipt(request, tuple(outcomes))

    def _refusal(self, device: DeviceId) -> TargetOutcome | None:
        office = self._office
        if device not in office.layouts:
            text = "it keeps no timetable: its profile declares none 设备无时间表"
            return outcome(device, Cause.OUT_OF_RANGE.value, text)
        held = self._cause_held(device)
        if held is not None:
            return outcome(device, held[0].value, held[1])
        if not office.online(device):
            return outcome(device, Cause.OFFLINE.value, "it is out of reach; it is downloaded when it returns 失联")
        return None

    async def _held_nights(
        self, device: DeviceId, layout: TimetableLayout, night: date
    ) -> tuple[dict[str, Night | None] | None, str]:
        """What the device holds for that night, by output; None and why where it could not be read."""
        port, row = self._office.port(device, paced=False), row_of(night, layout.index)
        try:
            assigned = await port.assigned(layout)
            programs = []
            for program in range(layout.programs):
                words = await port.read(layout.address + layout.at(row, program), layout.cell)
                programs.append(decode_night(layout, words))
        except ControllerError as error:
            return None, str(error)
        outputs = self._office.subject(device).outputs
        assignment = decode(_one_row(layout), Image((0,) * layout.cell * layout.programs, assigned), outputs).assigned
        found: dict[str, Night | None] = {}
        for output in outputs:
            follows = assignment.get(output)
            if follows is None:
                found[output] = () if output in assignment else None
            else:
                found[output] = programs[follows] if follows < len(programs) else None
        return found, ""

    def _known(self, device: DeviceId) -> None:
        if device not in self._office.site.city.cabinets:
            raise UnknownTarget(f"no cabinet {device} in this site; `zhadao timetable status` lists them")


def _one_row(layout: TimetableLayout) -> TimetableLayout:
    return replace(layout, days=1)


def _compared(output: str, name: str, program: str, wanted: Night, held: Night | None, *, read: bool) -> OutputNight:
    if not read:
        return OutputNight(output, name, program, spoken(wanted), "unknown", 0, 0)
    if held is None:
        return OutputNight(output, name, program, spoken(wanted), spoken(None), length(wanted), 0)
    darker, longer = length(without(wanted, held)), length(without(held, wanted))
    if held == WHOLE and darker <= 1:
        darker = 0
    return OutputNight(output, name, program, spoken(wanted), spoken(held), darker, longer)
