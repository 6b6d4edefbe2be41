"""``reset``, ``reload``: what is latched in the field, and the configuration."""

from __future__ import annotations

from typing import Annotated

import typer

from controller.cli.asking import acts
from controller.cli.client import API, CONFLICT, ApiClient, in_path
from controller.cli.failing import USAGE


@acts
def reset(
    client: ApiClient,
    target: Annotated[str, typer.Argument(help="What is latched: a unit, a gate or a station: 330102-PS-0001/P1.")],
    reason: Annotated[str, typer.Option("--reason", help="What was found on site, and that it is gone.")],
) -> bool:
    """Reset what is latched on TARGET 复位, a trip or a lock-out, once somebody has been there and its cause is gone.

    It is decided anew: what is wanted of it may start at once. An emergency stop is taken back by two people instead:
    `zhadao take-back`.

    Example: zhadao reset 330102-PS-0001/P1 --reason "rack cleaned, unit turned by hand"

    Exit code 0: reset. 1: refused while the cause stands or is not known.
    """
    from controller.cli.receipts import act

    return act(client, f"{API}/reset/{in_path(target)}", {"reason": reason})


@acts
def reload(client: ApiClient) -> None:
    """Let the running controller take up its changed configuration: validate, diff, swap.

    Example: zhadao reload

    Exit code 0: applied. 2: the configuration has problems, nothing is changed then. 1: refused.
    """
    from controller.cli.texts import reload_lines
    from controller.runtime.views import ReloadReport

    report = client.post(f"{API}/reload", None, ReloadReport, also=CONFLICT)
    print("\n".join(reload_lines(report)))
    if not report.applied:
        raise typer.Exit(USAGE)
