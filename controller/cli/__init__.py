"""The command line: ``zhadao``. Thin: it reads what was typed, asks the controller, and lays out the answer."""

from __future__ import annotations

from controller.cli.app import main
from controller.cli.plugins import load_plugins

__all__ = ["load_plugins", "main"]
