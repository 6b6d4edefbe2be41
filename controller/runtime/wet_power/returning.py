"""The way back from a cut: cause gone, a check on record, two people. All of a return's circuits, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.points import TargetId
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.wet_power import Check
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.two_persons import Wording
from controller.runtime.views import Receipt, TargetOutcome
from controller.runtime.wet_power.looking import WetPowerLook
from controller.runtime.wet_power.records import CASE, CHECK, check_data
from controller.runtime.wet_power.watch import WetPowerWatch
from controller.store.changes import Change, DropRecord, DropRequest

RETURN = "wet_power_return"
"""The kind of proposal a return is."""


class WetPowerReturn:
    """Implements ``two_persons.TwoPersonAct``. ``checks`` is the desk's register; a return uses its checks up."""

    def __init__(
        self,
        watch: WetPowerWatch,
        look: WetPowerLook,
        checks: MutableMapping[TargetId, Check],
        keeper: Keeper,
        evidence: Evidence,
        changed: Callable[[], None],
    ) -> None:
        self._watch = watch
        self._look = look
        self._checks = checks
        self._keeper = keeper
        self._evidence = evidence
        self._changed = changed

    async def look(self, body: Mapping[str, Any]) -> Wording:
        """What the return would do now.

        Raises:
            InvalidValue: a circuit may not come back now. UnknownTarget: one is gone.
        """
        circuits = _circuits(body)
        for circuit in circuits:
            self._look.circuit(circuit)
        self.refuse(circuits)
        checks = [f"{circuit}: {self._checks[circuit]}" for circuit in circuits]
        cuts = [f"{circuit} {self._watch.case(circuit).since}" for circuit in circuits]
        lines = (
            *checks,
            "the lock-outs in the cabinets are lifted and everything is decided anew: what its program wants lit is "
            "lit / 解除箱体闭锁, 按当前程序重新决定, 应亮回路将送电",
        )
        return Wording(
            f"bring {len(circuits)} circuits back after wet power-off",
            f"涉水断电恢复送电 {len(circuits)} 个回路",
            lines,
            "\n".join([*cuts, *checks]),
        )

    async def carry_out(
        self, body: Mapping[str, Any], proposer: Caller, confirmer: Caller, *, key: str, also: Sequence[Change]
    ) -> Receipt:
        """Bring the circuits back; journalled first, refusals too."""
        circuits = _circuits(body)
        refusals = self._refusals(circuits)
        if proposer.same_person(confirmer) or not (proposer.person and confirmer.person):
            refusals = dict.fromkeys(circuits, "a return takes two different people")
        data = {
            "proposal": key,
            "circuits": list(circuits),
            "reason": body.get("reason", ""),
            "proposer": proposer.actor,
            "people": [proposer.person, confirmer.person],
            "checks": {c: check_data(self._checks[c]) for c in circuits if c in self._checks},
            "refused": refusals,
        }
        try:
            await self._evidence.before(RETURN, confirmer.actor, first(circuits), data)
        except StoreError as error:
            return Receipt(key, tuple(unwritten(circuit, error) for circuit in circuits))
        if refusals:
            return Receipt(key, tuple(_held(circuit, refusals) for circuit in circuits))
        try:
            await self._keeper.keep_now([*self._drops(circuits), *also])
        except StoreError as error:
            await self._evidence.void(RETURN, confirmer, first(circuits), {"proposal": key, "why": str(error)})
            return Receipt(key, tuple(unwritten(circuit, error) for circuit in circuits))
        for circuit in circuits:
            self._watch.returned(circuit)
            self._checks.pop(circuit, None)
        self._changed()
        return Receipt(key, tuple(done(c, f"{c} returned; its lock-out is being lifted") for c in circuits))

    def refuse(self, circuits: Sequence[TargetId]) -> None:
        """Say why these circuits may not come back now.

        Raises:
            InvalidValue: at least one of them may not.
        """
        if not circuits:
            raise InvalidValue("a return names at least one circuit")
        refusals = self._refusals(circuits)
        if refusals:
            raise InvalidValue("; ".join(f"{circuit}: {text}" for circuit, text in refusals.items()))

    def _refusals(self, circuits: Iterable[TargetId]) -> dict[TargetId, str]:
        found = {circuit: self._look.refusal(circuit) for circuit in circuits}
        return {circuit: text for circuit, text in found.items() if text is not None}

    def _drops(self, circuits: Iterable[TargetId]) -> Iterable[Change]:
        for circuit in circuits:
            yield from (DropRecord(CASE, circuit), DropRecord(CHECK, circuit))
            if self._watch.holds(circuit):
                yield DropRequest(circuit, Slot.LIFE_SAFETY)


def _circuits(body: Mapping[str, Any]) -> tuple[TargetId, ...]:
    return tuple(str(circuit) for circuit in body["circuits"])


def first(circuits: Sequence[TargetId]) -> TargetId:
    """What an act is journalled under: its circuit when it has one, nothing when it has many."""
    return circuits[0] if len(circuits) == 1 else ""


def done(circuit: TargetId, text: str) -> TargetOutcome:
    """Accepted."""
    return TargetOutcome(circuit, True, "", text, None, None)


def refused_for(circuit: TargetId, cause: Cause, text: str) -> TargetOutcome:
    """Refused, with the field's word and a sentence."""
    return TargetOutcome(circuit, False, cause.value, text, None, None)


def unwritten(circuit: TargetId, error: StoreError) -> TargetOutcome:
    """Refused, because it could not be written down."""
    return refused_for(circuit, Cause.NO_EVIDENCE, f"nothing was done: {error}")


def _held(circuit: TargetId, refusals: Mapping[TargetId, str]) -> TargetOutcome:
    return refused_for(circuit, Cause.NOT_READY, refusals.get(circuit, "nothing was done: another circuit is held"))
