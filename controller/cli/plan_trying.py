"""``plan test``: a plan tried on the model in virtual time, with no controller and no device anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.failing import REFUSED, UsageProblem, plain_words
from controller.cli.planning import PlanId, Said, numbers

if TYPE_CHECKING:
    from controller.logic.hydraulics.network import Network
    from controller.logic.hydraulics.outlook import Outlook
    from controller.logic.plans.plan import Plan
    from controller.logic.plans.rehearsal import Tried

STEP_S = 600.0
START = datetime(2026, 6, 21, tzinfo=UTC)
Numbers = list[str] | None


def try_plan(
    plan: PlanId,
    config: Annotated[Path, typer.Option("--config", help="A site folder.")] = Path("config/hangzhou"),
    param: Said = None,
    level: Annotated[
        Numbers, typer.Option("--level", metavar="REACH=M", help="A level to start from; else 0.3 m below warning.")
    ] = None,
    inflow: Annotated[
        Numbers, typer.Option("--inflow", metavar="REACH=M3S", help="A steady inflow; else none.")
    ] = None,
    tide: Annotated[
        Numbers, typer.Option("--tide", metavar="WATER=M", help="A steady level outside; else 2.0 m.")
    ] = None,
    answer: Annotated[
        Numbers, typer.Option("--answer", metavar="STEP=ANSWER", help="What people say; else what silence means.")
    ] = None,
    assume: Annotated[
        Numbers, typer.Option("--assume", metavar="POINT=VALUE", help="What a point reads that no model moves.")
    ] = None,
    hours: Annotated[float, typer.Option("--hours", min=0.5, max=72, help="So many hours of virtual time.")] = 12.0,
) -> None:
    """Try a plan on the model 试演: its own logic, step by step, and the levels with and without it.

    Nothing is asked of any controller or device. A number is a REACH of water/network.yaml.

    Example: zhadao plan test sanbao-stepwise --level canal=2.6 --inflow canal=120 --answer more=more

    Exit code 0: it came to its own end. 1: it was held, aborted, or still ran when the time was over. 2: no such plan.
    """
    with plain_words():
        from controller.logic.plans.people import chosen
        from controller.logic.plans.rehearsal import Rehearsal, rehearse, waters_of
        from controller.settings.load import load_site

        site = load_site(config)
        known = site.plans.get(plan)
        if known is None or site.network is None:
            there = f"there are: {', '.join(site.plans)}" if site.network else "the site has no water/network.yaml"
            raise UsageProblem(f"plan {plan!r} cannot be tried: {there}")
        network = site.network
        outlook = _outlook(network, hours, numbers(inflow), numbers(tide))
        levels = {name: reach.warning_m - 0.3 for name, reach in network.reaches.items()} | numbers(level)
        rehearsal = Rehearsal(
            known,
            network,
            site.city.stations,
            outlook,
            chosen(known, numbers(param)),
            answers=_texts(answer),
            assumed={name: _value(text) for name, text in _texts(assume).items()},
        )
        tried = rehearse(rehearsal, levels)
        print("\n".join(_lines(known, tried, waters_of(known, network), network)))
    if tried.run.phase.value != "finished":
        raise typer.Exit(REFUSED)


def _outlook(network: Network, hours: float, inflow: Mapping[str, float], tide: Mapping[str, float]) -> Outlook:
    from controller.logic.hydraulics.outlook import Outlook

    strange = sorted((inflow.keys() - network.reaches.keys()) | (tide.keys() - network.outside.keys()))
    if strange:
        raise UsageProblem(f"{strange[0]!r} is no water of network.yaml; there are: {', '.join(network.reaches)}")
    steps = round(hours * 3600 / STEP_S)
    return Outlook(
        START,
        (STEP_S,) * steps,
        {name: (inflow.get(name, 0.0),) * steps for name in network.reaches},
        {name: (tide.get(name, 2.0),) * steps for name in network.outside},
    )


def _lines(plan: Plan, tried: Tried, waters: Sequence[str], network: Network) -> list[str]:
    from controller.cli.texts import columns

    rows = []
    for at_s, one in tried.said:
        rows.append((_clock(at_s), one.kind.value, one.step, one.text.zh, one.text.en))
    lines = [f"{plan.id}  {plan.title.zh}  {plan.title.en}", *columns(rows)]
    lines += ["Levels 水位 (with 执行 / without 不执行)"]
    every = max(1, (len(tried.moments_s) - 1) // 12)
    header = ("", *waters)
    table = [header]
    for nth in range(0, len(tried.moments_s), every):
        pairs = (
            f"{tried.with_plan.levels_m[name][nth]:.2f}/{tried.without.levels_m[name][nth]:.2f}" for name in waters
        )
        table.append((_clock(tried.moments_s[nth]), *pairs))
    lines += columns(table)
    for name in waters:
        reach = network.reaches[name]
        highest = max(tried.with_plan.levels_m[name])
        lines.append(f"  {name} {reach.title}: highest 最高 {highest:.2f} m, warning 警戒 {reach.warning_m:.2f} m")
    lines.append(f"{tried.run.phase.value.upper()}: {tried.run.why.zh}  {tried.run.why.en}".rstrip(": "))
    return lines


def _clock(seconds: float) -> str:
    span = timedelta(seconds=round(seconds))
    return f"+{span.days * 24 + span.seconds // 3600:02d}:{span.seconds % 3600 // 60:02d}"


def _texts(said: Numbers) -> dict[str, str]:
    pairs = (one.partition("=") for one in said or ())
    return {name.strip(): text.strip() for name, _, text in pairs}


def _value(text: str) -> bool | float | str:
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text
