"""How a command becomes one that asks a controller: it gets a client, and the options that say which and as whom."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Concatenate, ParamSpec

import typer

from controller.cli.client import ApiClient
from controller.cli.failing import REFUSED, plain_words
from controller.cli.finding import Asked, Doubt, find
from controller.cli.options import DEFAULT_DATA, As, DataDir, Token, Url

P = ParamSpec("P")
Act = Callable[Concatenate[ApiClient, P], bool | None]
Command = Callable[..., None]


def _common(data: DataDir = DEFAULT_DATA, url: Url = None, token: Token = None, as_: As = None) -> None:
    """The options of every command that asks a controller."""


def _asking(act: Act[P], doubt: Doubt) -> Command:
    own = inspect.signature(act, eval_str=True)
    common = inspect.signature(_common, eval_str=True).parameters.values()
    parameters = [*list(own.parameters.values())[1:], *common]

    @functools.wraps(act)
    def command(*words: P.args, **said: P.kwargs) -> None:
        asked = Asked(*(said.pop(one.name) for one in common))  # type: ignore[arg-type]  # typer gives what is declared
        with plain_words():
            done = act(find(asked, doubt), *words, **said)
        if done is False:
            raise typer.Exit(REFUSED)

    signature = own.replace(parameters=_keyword_only(parameters), return_annotation=None)
    command.__signature__ = signature  # type: ignore[attr-defined]  # functions take it, their type does not say so
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def _keyword_only(parameters: list[inspect.Parameter]) -> list[inspect.Parameter]:
    """What is required may then stand behind what is not."""
    return [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]


def looks(act: Act[P]) -> Command:
    """A command that only looks."""
    return _asking(act, Doubt.LOCAL)


def acts(act: Act[P]) -> Command:
    """A command that acts: when several people are signed in here, it has to be said who does. False: exit code 1."""
    return _asking(act, Doubt.ASK)


def protects(act: Act[P]) -> Command:
    """A command that makes people safer at once: it never stops to ask who one is."""
    return _asking(act, Doubt.LAST)
