"""The command line: ``zhadao``. Thin: it reads what was typed, asks the controller, and lays out the answer."""

from __future__ import annotations

__all__ = ["main"]

INTERRUPTED = 130
"""The exit code a shell gives Ctrl-C."""


def main() -> None:
    """Entry point of the ``zhadao`` script. Ctrl-C ends it without a stack, also while it is still being loaded."""
    try:
        from controller.cli.app import main as run

        run()
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
