"""One lighting circuit behind its contactor: lamps on phases, dimming, warm-up, power and energy in closed form."""

from __future__ import annotations

from controller.domain.lights import Circuit
from hil.plants.contactor import Contactor

WARM_UP_S = 60.0
"""LED drivers reach full power over about a minute."""
COLD_SHARE = 0.9
"""Power just after switching on, as a share of full power."""


DRIVER_SHARE = 0.04
"""Power a dimmed driver draws at the bottom of its curve, as a share of full power."""


class CircuitPlant:
    """Truth of one circuit: its lamps hang on its phases in turn.

    ``broken`` lamps burn no more; ``cut`` is the share of a phase's line that is gone (1: all of it); ``bypassed``:
    power flows whatever the contactor does; ``exponent``: how a lamp's power follows the voltage (LED 0, HID about 2).
    """

    __slots__ = (
        "_energy_j",
        "_full_w",
        "_lit_since_s",
        "_metered_s",
        "_parts",
        "asset",
        "broken",
        "bypassed",
        "command",
        "contactor",
        "cut",
        "exponent",
        "level_command",
        "live",
        "tripped",
        "warm_up_s",
    )

    def __init__(self, asset: Circuit, *, on: bool, at_s: float) -> None:
        self.asset = asset
        self.contactor = Contactor(closed=on)
        self.command = on
        self.broken = 0
        self.tripped = False
        self.bypassed = False
        self.cut: dict[str, float] = {}
        self.level_command = 100.0
        self.exponent = 0.0
        self.warm_up_s = WARM_UP_S
        self.live: frozenset[str] = frozenset("abc")
        self._lit_since_s = at_s - WARM_UP_S
        self._metered_s = at_s
        self._energy_j = 0.0
        self._parts: dict[str, float] = {}
        self._full_w = self._work_out_full_power()

    @property
    def output(self) -> str:
        """``K1``."""
        return self.asset.output

    @property
    def level(self) -> float:
        """What its lamps give (%): what they were told while power reaches them, nothing else."""
        return self.level_command if self.closed and not self.tripped else 0.0

    @property
    def closed(self) -> bool:
        """Whether power can flow past the contactor."""
        return self.contactor.closed or self.bypassed

    def full_power_w(self) -> float:
        """Power once warm, as the circuit stands now, at nominal voltage."""
        return self._full_w

    def whole_share(self, phase: str) -> float:
        """How much of what this phase feeds is still there and fed, 0–1."""
        phases = self.asset.phase
        if phase not in phases or phase not in self.live:
            return 0.0
        lamps_there = self.asset.lamps / len(phases)
        mine = sum(phases[lamp % len(phases)] == phase for lamp in range(min(self.broken, self.asset.lamps)))
        sound = max(0.0, 1.0 - mine / lamps_there) if lamps_there else 1.0
        return sound * (1.0 - self.cut.get(phase, 0.0))

    def _work_out_full_power(self) -> float:
        if not self.closed or self.tripped:
            return 0.0
        phases = self.asset.phase
        shares = {phase: self.whole_share(phase) for phase in phases}
        whole = sum(shares.values())
        self._parts = {phase: share / whole for phase, share in shares.items()} if whole else {}
        return self.asset.rated_w * whole / len(phases) * self._dimmed_share()

    def _dimmed_share(self) -> float:
        if self.asset.min_percent is None:
            return 1.0
        level = self.level_command
        return 0.0 if level <= 0.0 else DRIVER_SHARE + (1.0 - DRIVER_SHARE) * level / 100.0

    def power_w(self, t_s: float) -> float:
        """Power at ``t_s``, at nominal voltage."""
        lit_s = t_s - self._lit_since_s
        if lit_s >= self.warm_up_s:
            return self._full_w
        return self._full_w * (COLD_SHARE + (1.0 - COLD_SHARE) * max(0.0, lit_s) / self.warm_up_s)

    def phase_power_w(self, phase: str, t_s: float) -> float:
        """The part of the power this phase feeds."""
        part = self._parts.get(phase)
        return 0.0 if part is None else self.power_w(t_s) * part

    def energy_j(self, t_s: float) -> float:
        """Energy used from the start until ``t_s``."""
        return self._energy_j + self._full_w * self._warm_seconds(self._metered_s, t_s)

    def alter(
        self,
        t_s: float,
        *,
        broken: int | None = None,
        tripped: bool | None = None,
        live: frozenset[str] | None = None,
        cut: tuple[str, float] | None = None,
        bypassed: bool | None = None,
        level: float | None = None,
    ) -> None:
        """Change what decides the power, metering what was used until ``t_s`` first. ``cut``: phase and share."""
        self._settle(t_s)
        was_closed = self.closed
        self.broken = self.broken if broken is None else broken
        self.tripped = self.tripped if tripped is None else tripped
        self.live = self.live if live is None else live
        self.bypassed = self.bypassed if bypassed is None else bypassed
        self.level_command = self.level_command if level is None else level
        if cut is not None:
            self.cut[cut[0]] = cut[1]
        if self.closed and not was_closed:
            self._lit_since_s = t_s
        self._full_w = self._work_out_full_power()

    def _settle(self, t_s: float) -> None:
        self._energy_j = self.energy_j(t_s)
        self._metered_s = t_s

    def move(self, to_s: float) -> float | None:
        """Move the contactor if it is due; returns the moment."""
        due_s, was_closed = self.contactor.due_s, self.closed
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
        warm_up_s = self.warm_up_s
        warm_at_s = self._lit_since_s + warm_up_s
        cold_from = min(warm_up_s, max(0.0, warm_at_s - from_s))
        cold_to = min(warm_up_s, max(0.0, warm_at_s - to_s))
        missing_s = (cold_from**2 - cold_to**2) / (2.0 * warm_up_s)
        return (to_s - from_s) - (1.0 - COLD_SHARE) * missing_s
