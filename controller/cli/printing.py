"""The controller's answer as JSON, for programs."""

from __future__ import annotations

import json
from typing import Any


def print_json(content: Any) -> None:
    """Print it as the controller gave it."""
    print(json.dumps(content, ensure_ascii=False, indent=2))
