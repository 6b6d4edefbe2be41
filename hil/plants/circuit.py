"""One lighting circuit behind its contactor: lamps on phases, warm-up, power and energy in closed form."""

from __future__ import annotations

from controller.domain.assets import Circuit
from hil.plants.contactor import Contactor

WARM_UP_S = 60.0
"""LED drivers reach full power over about a minute."""
COLD_SHARE = 0.9
"""Power just after switching on, as a share of full power."""


class CircuitPlant:
    """Truth of one circuit. ``live_share`` is the part of its lamps whose phase has voltage."""

    __slots__ = (
        "_energy_j",
        "_full_w",
        "_lit_since_s",
        "_metered_s",
        "asset",
        "broken",
        "command",
        "contactor",
        "live",
        "tripped",
    )

    def __init__(self, asset: Circuit, *, on: bool, at_s: float) -> None:
        self.asset = asset
        self.contactor = Contactor(closed=on)
        self.command = on
        self.broken = 0
        self.tripped = False
        self.live: frozenset[str] = frozenset("abc")
        self._lit_since_s = at_s - WARM_UP_S
        self._metered_s = at_s
        self._energy_j = 0.0
        self._full_w = self._work_out_full_power()

    @property
    def output(self) -> str:
        """``K1``."""
        return self.asset.output

    def full_power_w(self) -> float:
        """Power once warm, as the circuit stands now (LED drivers hold it whatever the voltage)."""
        return self._full_w

    def _work_out_full_power(self) -> float:
        if not self.contactor.closed or self.tripped:
            return 0.0
        phases = self.asset.phase
        share = sum(phase in self.live for phase in phases) / len(phases)
        whole = max(0, self.asset.lamps - self.broken) / self.asset.lamps if self.asset.lamps else 1.0
        return self.asset.rated_w * share * whole

    def power_w(self, t_s: float) -> float:
        """Power at ``t_s``."""
        lit_s = t_s - self._lit_since_s
        if lit_s >= WARM_UP_S:
            return self._full_w
        return self._full_w * (COLD_SHARE + (1.0 - COLD_SHARE) * max(0.0, lit_s) / WARM_UP_S)

    def phase_power_w(self, phase: str, t_s: float) -> float:
        """The part of the power this phase feeds."""
        if phase not in self.asset.phase or phase not in self.live:
            return 0.0
        fed = sum(each in self.live for each in self.asset.phase)
        return self.power_w(t_s) / fed

    def energy_j(self, t_s: float) -> float:
        """Energy used from the start until ``t_s``."""
        return self._energy_j + self._full_w * self._warm_seconds(self._metered_s, t_s)

    def alter(
        self, t_s: float, *, broken: int | None = None, tripped: bool | None = None, live: frozenset[str] | None = None
    ) -> None:
        """Change what decides the power, metering what was used until ``t_s`` first."""
        self._settle(t_s)
        self.broken = self.broken if broken is None else broken
        self.tripped = self.tripped if tripped is None else tripped
        self.live = self.live if live is None else live
        self._full_w = self._work_out_full_power()

    def _settle(self, t_s: float) -> None:
        self._energy_j = self.energy_j(t_s)
        self._metered_s = t_s

    def move(self, to_s: float) -> float | None:
        """Move the contactor if it is due; returns the moment."""
        due_s, was_closed = self.contactor.due_s, self.contactor.closed
        if to_s < due_s:
            return None
        self._settle(due_s)
        moved_s = self.contactor.move(to_s)
        self._full_w = self._work_out_full_power()
        if moved_s is not None and not was_closed:
            self._lit_since_s = moved_s
        return moved_s

    def _warm_seconds(self, from_s: float, to_s: float) -> float:
        """The integral of the warm-up share between two moments."""
        warm_at_s = self._lit_since_s + WARM_UP_S
        cold_from = min(WARM_UP_S, max(0.0, warm_at_s - from_s))
        cold_to = min(WARM_UP_S, max(0.0, warm_at_s - to_s))
        missing_s = (cold_from**2 - cold_to**2) / (2.0 * WARM_UP_S)
        return (to_s - from_s) - (1.0 - COLD_SHARE) * missing_s
