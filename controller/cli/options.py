"""Options several commands share, worded once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_DATA = Path("data")

DataDir = Annotated[
    Path,
    typer.Option(
        "--data",
        envvar="ZHADAO_DATA",
        show_default="./data",
        help="Data folder of the controller: journal, state, and where its address is noted.",
    ),
]
Url = Annotated[
    str | None,
    typer.Option("--url", envvar="ZHADAO_URL", help="Where the controller is, if not the one of the data folder."),
]
Token = Annotated[
    str | None,
    typer.Option("--token", envvar="ZHADAO_TOKEN", help="An API key or access token instead of a session."),
]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        envvar="ZHADAO_AS",
        metavar="NAME",
        show_default="whoever is signed in here, else local-cli",
        help="In whose name: somebody who has signed in here with `zhadao sign-in NAME`, or local-cli.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the controller's answer as JSON, for programs.")]
LogJson = Annotated[bool, typer.Option("--log-json", help="Log as JSON lines on standard error.")]
Live = Annotated[
    bool | None,
    typer.Option(
        "--live/--no-live",
        show_default="on a terminal",
        help="Show the city live in the terminal; one plain line a minute when output goes elsewhere.",
    ),
]
Host = Annotated[str | None, typer.Option("--host", help="Address to serve on.", show_default="from the config")]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", min=0, max=65535, help="Port to serve on; 0 takes a free one.", show_default="from the config"
    ),
]
