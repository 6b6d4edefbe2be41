"""The ``zhadao`` command: what there is, in the order a new user needs it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from controller import __version__
from controller.cli import acting, auditing, looking, running
from controller.cli.plugins import load_plugins

app = typer.Typer(
    name="zhadao",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="闸刀: one guarded controller for a city's street lights and water stations.\n\n"
    "Start with `zhadao demo`: a simulated city under real control. Then, in another terminal: "
    '`zhadao status`, `zhadao explain TARGET`, `zhadao set TARGET VALUE --for 30m --reason "…"`.',
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


_RUNNING, _LOOKING, _ACTING = "Run a site", "Look", "Act"

app.command(rich_help_panel=_RUNNING)(running.run)
app.command(rich_help_panel=_RUNNING)(running.check)
app.command(rich_help_panel=_LOOKING)(looking.status)
app.command(rich_help_panel=_LOOKING)(looking.explain)
app.command(rich_help_panel=_LOOKING)(looking.alarms)
app.add_typer(looking.schedule_app, name="schedule", rich_help_panel=_LOOKING)
app.add_typer(auditing.audit_app, name="audit", rich_help_panel=_LOOKING)
app.command("set", rich_help_panel=_ACTING)(acting.set_)
app.command(rich_help_panel=_ACTING)(acting.release)
app.command(rich_help_panel=_ACTING)(acting.reset)
app.command(rich_help_panel=_ACTING)(acting.ack)
app.command(rich_help_panel=_ACTING)(acting.reload)

_OWN_COMMANDS = ("run", "check", "status", "explain", "alarms", "schedule", "audit", "set", "release", "reset", "ack")
OWN = frozenset({*_OWN_COMMANDS, "reload", "--version"})
"""Commands that need no plugin, so that none is loaded for them."""


def main() -> None:
    """Entry point of the ``zhadao`` script."""
    said = sys.argv[1] if len(sys.argv) > 1 else ""
    if said not in OWN:
        load_plugins(app)
    app()
