from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from controller import __version__
from controller.cli import app as app_module
from controller.cli import plugins
from controller.cli.banner import announce
from controller.runtime.people.views import OneTimeCode
from tests.unit.cli.conftest import Shell

COMMANDS = [
    "run",
    "check",
    "status",
    "explain",
    "alarms",
    "schedule",
    "audit",
    "set",
    "release",
    "reset",
    "ack",
    "reload",
]


def test_help_lists_every_command(shell: Shell) -> None:
    result = shell("--help")
    assert result.exit_code == 0
    for command in COMMANDS:
        assert f" {command} " in result.output
    assert "Not a safety-instrumented function" in result.output


@pytest.mark.parametrize("words", [[command] for command in COMMANDS] + [["schedule", "show"], ["audit", "verify"]])
def test_every_command_explains_itself(shell: Shell, words: list[str]) -> None:
    result = shell(*words, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_version_is_said(shell: Shell) -> None:
    assert shell("--version").output.strip() == f"zhadao {__version__}"


def test_an_unknown_command_is_a_usage_error(shell: Shell) -> None:
    assert shell("frobnicate").exit_code == 2


def entry(name: str, load: Callable[[], Any]) -> Any:
    return SimpleNamespace(name=name, load=load)


def test_plugins_add_their_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    def register(app: typer.Typer) -> None:
        app.command("simulate")(lambda: None)

    monkeypatch.setattr(plugins, "entry_points", lambda **_: [entry("simulate", lambda: register)])
    app = typer.Typer()
    assert plugins.load_plugins(app) == ["simulate"]
    assert [command.name for command in app.registered_commands] == ["simulate"]


def test_only_the_plugin_that_is_wanted_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> None:
        raise AssertionError("loaded for nothing")

    found = [entry("demo", never), entry("simulate", lambda: lambda _app: None)]
    monkeypatch.setattr(plugins, "entry_points", lambda **_: found)
    assert plugins.load_plugins(typer.Typer(), "simulate") == ["simulate"]


def test_own_commands_load_no_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[object] = []
    monkeypatch.setattr(app_module, "load_plugins", loaded.append)
    monkeypatch.setattr("sys.argv", ["zhadao", "--version"])
    with pytest.raises(SystemExit) as ended:
        app_module.main()
    assert (ended.value.code, loaded) == (0, [])


def test_the_banner_names_the_page_and_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    announce("http://127.0.0.1:8080", [OneTimeCode("admin", "1111-2222", datetime(2026, 6, 21, tzinfo=UTC))])
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8080" in said
    assert "admin" in said
    assert "1111-2222" in said
