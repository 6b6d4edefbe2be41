"""What a site says of its optimiser. Nothing said: there is none, and the network's rules are alone."""

from __future__ import annotations

from collections.abc import Sequence

from controller.logic.hydraulics.network import Network
from controller.logic.optimiser.settings import OptimiserSettings
from controller.settings.optimiser_models import OptimiserModel
from controller.settings.parsing import Entry, Findings


def optimiser_of(
    entries: Sequence[Entry[OptimiserModel]], network: Network | None, findings: Findings
) -> OptimiserSettings:
    """The settings; what is wrong is noted."""
    for second in entries[1:]:
        findings.add(second.spot, "a second optimiser", f"{entries[0].spot} says it already; keep one")
    if not entries:
        return OptimiserSettings()
    model, spot = entries[0].value, entries[0].spot
    if model.enabled and network is None:
        findings.add(spot, "an optimiser without waters", "describe them in water/network.yaml, or say enabled: false")
    if model.guarantee_mh < model.warning_mh:
        findings.add(
            spot.at("guarantee_mh"),
            f"a metre-hour above guarantee costs {model.guarantee_mh:g}, less than one above warning",
            f"at least warning_mh ({model.warning_mh:g}); a hundred times as much is usual",
        )
    if model.late <= model.every:
        findings.add(
            spot.at("late"),
            "a plan would be too old before the next one is due",
            f"longer than every ({model.every:g} s), by at least a solve",
        )
    return _built(model)


def _built(model: OptimiserModel) -> OptimiserSettings:
    return OptimiserSettings(
        enabled=model.enabled,
        every_s=model.every,
        limit_s=model.limit,
        gap=model.gap,
        prove_s=model.prove,
        short_s=model.short,
        long_s=model.long,
        warning_mh=model.warning_mh,
        guarantee_mh=model.guarantee_mh,
        margin_m=model.margin_m,
        error_m=model.error_m,
        inflow_share=model.inflow_share,
        error_share=model.error_share,
        left_share=model.left_share,
        late_s=model.late,
        apart_m=model.apart_m,
    )
