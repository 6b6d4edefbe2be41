"""Commands other packages bring along: the entry points of group ``zhadao.commands``.

The simulated field stands above the command line in the layers, so the command line cannot import it; it is asked
by name, and only when it could be meant.
"""

from __future__ import annotations

from importlib.metadata import entry_points

import typer

GROUP = "zhadao.commands"


def load_plugins(app: typer.Typer, wanted: str | None = None) -> list[str]:
    """Let every plugin (or the one named ``wanted``) add its commands to the app; returns the names loaded.

    An entry point names a function that takes the app: ``def register(app: typer.Typer) -> None``.
    """
    loaded: list[str] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        if wanted is None or entry.name == wanted:
            entry.load()(app)
            loaded.append(entry.name)
    return loaded
