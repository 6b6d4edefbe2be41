"""What a site says of its network rules, checked against its waters."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from controller.logic.hydraulics.network import Network
from controller.logic.water_rules.settings import RuleSettings, TariffBand
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean
from controller.settings.water_rules_models import RestModel, TariffModel, WaterRulesModel


def water_rules_of(
    entries: Sequence[Entry[WaterRulesModel]], network: Network | None, findings: Findings
) -> RuleSettings:
    """The settings; what is wrong is noted."""
    for second in entries[1:]:
        findings.add(second.spot, "a second water_rules", f"{entries[0].spot} says it already; keep one")
    if not entries:
        return RuleSettings()
    model, spot = entries[0].value, entries[0].spot
    for position, rest in enumerate(model.rests):
        _check_rest(rest, model, network, spot.at("rests", position), findings)
    for position, band in enumerate(model.tariff):
        if band.begins == band.ends:
            findings.add(spot.at("tariff", position), "begins when it ends", "give the hours it is for: 22:00 to 08:00")
    return _built(model)


def _check_rest(
    rest: RestModel, model: WaterRulesModel, network: Network | None, spot: Spot, findings: Findings
) -> None:
    reaches = {} if network is None else network.reaches
    reach = reaches.get(rest.reach)
    if reach is None:
        findings.add(spot.at("reach"), f"no reach {rest.reach} in the network", did_you_mean(rest.reach, reaches))
        return
    highest = reach.warning_m - model.ceiling_below_warning_m
    lowest = reach.floor_m + model.above_floor_m
    if not lowest <= rest.level_m <= highest:
        findings.add(
            spot.at("level_m"),
            f"{rest.level_m:g} m is not between the reach's floor and its ceiling",
            f"between {lowest:g} m (floor and above_floor_m) and {highest:g} m (ceiling_below_warning_m under warning)",
        )


def _built(model: WaterRulesModel) -> RuleSettings:
    return RuleSettings(
        rest_m=MappingProxyType({rest.reach: rest.level_m for rest in model.rests}),
        rest_below_warning_m=model.rest_below_warning_m,
        ceiling_below_warning_m=model.ceiling_below_warning_m,
        doubt_m_per_h=model.doubt_m_per_h,
        doubt_most_m=model.doubt_most_m,
        error_m=model.error_m,
        error_share=model.error_share,
        blind_above_rest_m=model.blind_above_rest_m,
        above_floor_m=model.above_floor_m,
        end_share=model.end_share,
        price=model.price,
        tariff=tuple(_band(band) for band in model.tariff),
        start_yuan=model.start_yuan,
        inflow_share=model.inflow_share,
        learned_s=model.learned,
        fades_s=model.fades,
    )


def _band(band: TariffModel) -> TariffBand:
    return TariffBand(_hour(band.begins), _hour(band.ends), band.price)


def _hour(clock: str) -> float:
    hour, _, minute = clock.partition(":")
    return int(hour) + int(minute) / 60.0
