"""How a command ends when it cannot do what was asked: one sentence on standard error and a telling exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from controller.domain.errors import ConfigError, ControllerError

REFUSED = 1
"""Refused, failed, or proven broken."""
USAGE = 2
"""Wrong usage or an unusable configuration."""
AWAY = 3
"""No controller answered."""


class ControllerAway(ControllerError):
    """No running controller could be asked: start one, or say where it is."""


class Refused(ControllerError):
    """No; the message is the controller's own sentence. ``status`` is its answer's, 0 when it was not asked."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class UsageProblem(ControllerError):
    """What was typed makes no sense together; nobody was asked."""


@contextmanager
def plain_words() -> Iterator[None]:
    """Turn the errors raised on purpose into a sentence and an exit code; a defect still shows its traceback."""
    try:
        yield
    except ControllerError as error:
        complain(str(error))
        raise typer.Exit(_code(error)) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def complain(sentence: str) -> None:
    """One sentence on standard error."""
    print(f"zhadao: {sentence}", file=sys.stderr)


def _code(error: ControllerError) -> int:
    if isinstance(error, ControllerAway):
        return AWAY
    return USAGE if isinstance(error, (ConfigError, UsageProblem)) else REFUSED
