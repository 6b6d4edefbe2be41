"""The ``zhadao`` command: what there is, in the order a new user needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from controller import __version__
from controller.cli import (
    acting,
    alarming,
    auditing,
    backing_up,
    certs,
    confirming,
    daylight,
    declaring,
    dispatching,
    drafting,
    faulting,
    forecasting,
    gauging,
    handling,
    interlocking,
    lighting_figures,
    looking,
    mobile_pumps,
    network,
    notices,
    optimising,
    people,
    plan_trying,
    planning,
    point,
    poles,
    profile,
    replaying,
    requesting,
    ruling,
    running,
    scan,
    schedule_showing,
    setting,
    shifting,
    signing,
    switching,
    tagging,
    talq,
    timetabling,
    watering,
    wet,
    wires,
)
from controller.cli.plugins import load_plugins

app = typer.Typer(
    name="zhadao",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="闸刀: one guarded controller for a city's street lights and water stations.\n\n"
    "Start with `zhadao demo`: a simulated city under real control. Then, in another terminal: "
    "`zhadao sign-in operator`, `zhadao status`, `zhadao explain TARGET`, "
    '`zhadao set TARGET VALUE --for 30m --reason "…"`. In an emergency: `zhadao stop TARGET`.',
    epilog="Not a safety-instrumented function: station PLCs keep final protection; hard-wired trips come first.",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"zhadao {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    del version


_RUNNING, _WHO, _LOOKING = "Run a site", "Who one is 身份", "Look 查看"
_HANDS, _TWO, _ONSITE, _ALARMS, _SITE, _BENCH = (
    "Act 操作",
    "Two people 双人确认",
    "On site 现场",
    "Alarms 告警",
    "States and configuration 状态与配置",
    "New devices 设备调试",
)

_COMMANDS: dict[str, tuple[Callable[..., None], ...]] = {
    _RUNNING: (running.run, running.check, backing_up.backup, backing_up.restore),
    _WHO: (signing.sign_in, signing.sign_out, signing.whoami, signing.password),
    _LOOKING: (
        looking.status,
        looking.explain,
        lighting_figures.lights,
        lighting_figures.energy,
        daylight.why,
        daylight.tonight,
        forecasting.warnings,
        wires.endpoints,
        faulting.faults,
        requesting.requests,
        requesting.request,
        requesting.leases,
        replaying.replay,
        poles.poles,
        ruling.rules,
        watering.tide,
        watering.diversion,
        watering.quality,
        network.whatif,
    ),
    _HANDS: (
        setting.set_,
        switching.switch,
        setting.stop,
        requesting.release,
        requesting.extend,
        requesting.abort,
        acting.reset,
    ),
    _TWO: (
        confirming.proposals,
        confirming.confirm,
        confirming.refuse,
        confirming.withdraw,
        confirming.countersign,
        setting.take_back,
    ),
    _ONSITE: (tagging.switches, tagging.resume, tagging.vouch, poles.answer_sos),
    _ALARMS: (alarming.alarms, alarming.ack, alarming.shelve, alarming.unshelve, alarming.reset_alarm),
    _SITE: (acting.reload,),
    _BENCH: (scan.scan,),
}
"""Named after their functions: ``sign_in`` is ``sign-in``."""

for _panel, _commands in _COMMANDS.items():
    for _command in _commands:
        app.command(_command.__name__.strip("_").replace("_", "-"), rich_help_panel=_panel)(_command)

schedule_showing.add_to(looking.schedule_app)
drafting.add_to(looking.schedule_app)
planning.plan_app.command("test")(plan_trying.try_plan)

for _name, _group, _panel in (
    ("user", people.user_app, _WHO),
    ("key", people.key_app, _WHO),
    ("certs", certs.certs_app, _SITE),
    ("interlock", interlocking.interlock_app, _LOOKING),
    ("schedule", looking.schedule_app, _LOOKING),
    ("audit", auditing.audit_app, _LOOKING),
    ("report", lighting_figures.report_app, _LOOKING),
    ("timetable", timetabling.timetable_app, _LOOKING),
    ("weather", daylight.weather_app, _SITE),
    ("network", network.network_app, _LOOKING),
    ("mobile-pump", mobile_pumps.mobile_pump_app, _SITE),
    ("optimiser", optimising.optimiser_app, _SITE),
    ("forecast", forecasting.forecast_app, _SITE),
    ("group", switching.group_app, _LOOKING),
    ("talq", talq.talq_app, _LOOKING),
    ("display", poles.display_app, _HANDS),
    ("plan", planning.plan_app, _HANDS),
    ("order", dispatching.order_app, _HANDS),
    ("shift", shifting.shift_app, _HANDS),
    ("standing", requesting.standing_app, _TWO),
    ("tag", tagging.tag_app, _ONSITE),
    ("gauge", gauging.gauge_app, _ONSITE),
    ("handling", handling.handling_app, _ALARMS),
    ("notices", notices.notices_app, _ALARMS),
    ("wet-power", wet.wet_app, _ONSITE),
    ("profile", profile.profile_app, _BENCH),
    ("point", point.point_app, _BENCH),
    ("state", declaring.state_app, _SITE),
    ("bypass", declaring.bypass_app, _TWO),
):
    app.add_typer(_group, name=_name, rich_help_panel=_panel)

OWN = frozenset(
    {
        "--version",
        *(str(one.name) for one in app.registered_commands),
        *(str(one.name) for one in app.registered_groups),
    }
)
"""Commands that need no plugin, so that none is loaded for them."""


def main() -> None:
    """Entry point of the ``zhadao`` script."""
    said = sys.argv[1] if len(sys.argv) > 1 else ""
    if said not in OWN:
        load_plugins(app)
    app()
