"""The waters, asked by people: how they stand, and what an act would make of them. Nothing is done here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue
from controller.domain.intents import Intent
from controller.domain.points import TargetId
from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.staged import NO_ORDERS, Orders
from controller.logic.hydraulics.whatif import WhatIf, whatif, whatif_in_parts
from controller.runtime.hydraulics.ahead import LookingAhead
from controller.runtime.hydraulics.rain_basis import RainBasis
from controller.runtime.hydraulics.showing import NO_WATERS, network_view, whatif_view
from controller.runtime.hydraulics.views import NetworkView, ReachAheadView, WhatIfView
from controller.runtime.hydraulics.watch import NetworkWatch

AHEAD_H = 6.0
MOST_H = 48.0
SUBSTEP_S, LONG_SUBSTEP_S = 120.0, 300.0

Sees = Callable[[str], bool]
"""Whether whoever asks may see an asset."""


class NetworkDesk:
    """Read-only."""

    def __init__(self, *, watch: NetworkWatch, ahead: LookingAhead, clock: Clock) -> None:
        self._watch, self._ahead, self._clock = watch, ahead, clock

    async def show(self, sees: Sees, substep_s: float = SUBSTEP_S) -> NetworkView:
        """Every reach of which whoever asks sees a gauge or a station; none in a site that describes no waters.

        ``substep_s``: how finely the hours ahead are followed.
        """
        if self._watch.network is None or self._watch.estimate is None:
            return NO_WATERS
        network, estimate = self._ahead.known()
        mine = _visible(network, sees)
        came = await self._foreseen(NO_ORDERS, None, AHEAD_H, substep_s)
        return network_view(network, estimate, mine, came[0], came[1], AHEAD_H)

    async def whatif(self, said: Mapping[TargetId, str], hours: float, for_s: float | None, sees: Sees) -> WhatIfView:
        """What these values (as a person says them) would make of the hours ahead; for so long, or all of them.

        Raises:
            InvalidValue: too many hours or none, no value of such a target, or one that moves no water of the network.
            UnknownTarget: no such target.
        """
        if not 0.25 <= hours <= MOST_H:
            raise InvalidValue(f"a look ahead takes 15 minutes to {MOST_H:g} hours, not {hours:g} h")
        wanted = self._ahead.spoken(said)
        waters = self._ahead.waters_of(wanted)
        if not waters:
            names = ", ".join(sorted(wanted))
            raise InvalidValue(
                f"{names}: nothing of it stands in water/network.yaml, so the model knows no effect of it"
            )
        orders = self._ahead.orders(wanted, min(for_s or hours * 3600.0, hours * 3600.0))
        substep_s = SUBSTEP_S if hours <= AHEAD_H * 2 else LONG_SUBSTEP_S
        came, basis, network = await self._foreseen(orders, waters, hours, substep_s)
        asked = tuple(f"{target} {value}" for target, value in wanted.items())
        return whatif_view(network, came, basis, asked, _visible(network, sees))

    def levels_ahead(self, wanted: Mapping[TargetId, Intent], for_s: float) -> tuple[ReachAheadView, ...]:
        """The waters an order would move, for its preview; nothing where the model knows nothing of it."""
        try:
            waters = self._ahead.waters_of(wanted)
            if not waters:
                return ()
            scene = self._ahead.scene(waters)
            outlooks, basis = self._ahead.outlooks(scene.network, AHEAD_H)
            came = whatif(scene, outlooks, self._ahead.orders(wanted, for_s), substep_s=LONG_SUBSTEP_S)
        except InvalidValue:
            return ()
        said = tuple(f"{target} {value}" for target, value in wanted.items())
        view = whatif_view(scene.network, came, basis, said, scene.network.reaches.keys())
        return tuple(reach for reach in view.reaches if reach.felt or reach.reach in waters)

    async def _foreseen(
        self, orders: Orders, part: Iterable[str] | None, hours: float, substep_s: float
    ) -> tuple[WhatIf, RainBasis, Network]:
        """The hours ahead, worked out in slices so that nobody waits for them."""
        scene = self._ahead.scene(part)
        outlooks, basis = self._ahead.outlooks(scene.network, hours)
        answers: list[WhatIf] = []
        for answer in whatif_in_parts(scene, outlooks, orders, substep_s=substep_s):
            if answer is None:
                await asyncio.sleep(0)
            else:
                answers.append(answer)
        return answers[0], basis, scene.network


def _visible(network: Network, sees: Sees) -> Sequence[str]:
    """The reaches of which a gauge or a station may be seen; with any of them, those that have neither."""
    about = {name: {point.partition("/")[0] for point in reach.gauges} for name, reach in network.reaches.items()}
    for station, inner in network.inner.items():
        about.get(inner, set()).add(station)
    seen = {name for name, devices in about.items() if any(sees(device) for device in sorted(devices))}
    return [name for name, devices in about.items() if name in seen or (seen and not devices)]
