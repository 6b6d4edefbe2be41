"""Which weather signals stand, and which lights they bring on."""

from __future__ import annotations

from collections.abc import Iterable

from controller.domain.lights import Grade, LightClass
from controller.domain.points import TargetId
from controller.logic.daylight_plan import SignalKind, lights_from
from controller.logic.scopes import parse_scope
from controller.logic.weather_signals import WeatherSignal
from controller.settings.site import Site


class SignalBook:
    """Every signal that stands; one per kind and scope. Lights whose signals changed wait in ``take_touched``."""

    def __init__(self, site: Site) -> None:
        self._signals: dict[str, WeatherSignal] = {}
        self._touched: set[TargetId] = set()
        self._lit: dict[TargetId, WeatherSignal] | None = None
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); signals stand, and may reach other lights now."""
        before = self._reached().keys() if self._signals else set()
        self._kinds, self._scopes = site.daylight.signals, site.scopes
        self._lit = None
        if self._signals:
            self._touched |= before | self._reached().keys()

    def put(self, signal: WeatherSignal) -> WeatherSignal | None:
        """It stands; gives back what stood for the same kind and scope."""
        replaced = next((one for one in self._signals.values() if _place(one) == _place(signal)), None)
        if replaced is not None:
            self.take(replaced.id)
        self._signals[signal.id] = signal
        self._lit = None
        self._touched |= set(self.lights(signal))
        return replaced

    def take(self, signal_id: str) -> WeatherSignal | None:
        """It is over; None when it does not stand."""
        gone = self._signals.pop(signal_id, None)
        if gone is not None:
            self._lit = None
            self._touched |= set(self.lights(gone))
        return gone

    def restore(self, signals: Iterable[WeatherSignal]) -> None:
        """Signals of before a restart stand on."""
        for one in signals:
            self.put(one)

    def take_touched(self) -> set[TargetId]:
        """Lights to work out anew since the last call."""
        touched, self._touched = self._touched, set()
        return touched

    # -- questions ----------------------------------------------------------------------------------------------

    def at(self, target: TargetId) -> WeatherSignal | None:
        """The signal that brings this light on; the brightest, the oldest of equals."""
        return self._reached().get(target) if self._signals else None

    def kind(self, signal: WeatherSignal) -> SignalKind | None:
        """What the site says of its kind; None when that left the configuration."""
        return self._kinds.get(signal.kind)

    def get(self, signal_id: str) -> WeatherSignal | None:
        """The signal of this id, while it stands."""
        return self._signals.get(signal_id)

    def all(self) -> tuple[WeatherSignal, ...]:
        """Everything that stands, oldest first."""
        return tuple(sorted(self._signals.values(), key=lambda one: (one.set_at, one.id)))

    def over(self, now_s: float) -> tuple[WeatherSignal, ...]:
        """Those whose time is up."""
        return tuple(one for one in self._signals.values() if one.over(now_s))

    def next_end_s(self) -> float:
        """When the next one ends (monotonic); infinite when none stands."""
        return min((one.expires_s for one in self._signals.values()), default=float("inf"))

    def lights(self, signal: WeatherSignal) -> tuple[TargetId, ...]:
        """The lights a signal brings on: road lighting of its scope, of its kind's grades; none for a mild one."""
        kind = self._kinds.get(signal.kind)
        if kind is None or not lights_from(kind, signal.colour):
            return ()
        return tuple(
            target
            for target in self._scopes.targets(parse_scope(signal.scope), LightClass.ROAD)
            if Grade(self._scopes.lights[target].grade) in kind.grades
        )

    def _reached(self) -> dict[TargetId, WeatherSignal]:
        if self._lit is None:
            lit: dict[TargetId, WeatherSignal] = {}
            for signal in sorted(self.all(), key=self._percent, reverse=True):
                for target in self.lights(signal):
                    lit.setdefault(target, signal)
            self._lit = lit
        return self._lit

    def _percent(self, signal: WeatherSignal) -> float:
        kind = self._kinds.get(signal.kind)
        return 0.0 if kind is None else kind.percent


def _place(signal: WeatherSignal) -> tuple[str, str]:
    return signal.kind, signal.scope
