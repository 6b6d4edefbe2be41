"""``talq``: programs, calendars, groups and overrides in the words of the TALQ Smart City Protocol, out and in."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.deciding import agreed
from controller.cli.failing import Refused, UsageProblem
from controller.cli.setting import Follow, Yes
from controller.cli.switching import let_go, throw

talq_app = typer.Typer(no_args_is_help=True, help="In TALQ's words: programs, calendars, groups, overrides 导出与导入.")
PATH = f"{API}/lighting"
STDIN = "-"


class What(StrEnum):
    """What can be told in TALQ's words."""

    PROGRAMS = "programs"
    CALENDARS = "calendars"
    GROUPS = "groups"
    OVERRIDES = "overrides"


_PATHS = {What.GROUPS: "talq-groups"}
File = Annotated[Path, typer.Argument(metavar="FILE", help="JSON in TALQ's words; - reads standard input.")]


@talq_app.callback()
def _talq() -> None:
    """In TALQ's words: programs, calendars, groups, overrides 导出与导入."""


@talq_app.command("show")
@looks
def show(
    client: ApiClient,
    what: Annotated[What, typer.Argument(help="programs, calendars, groups or overrides.")],
    to: Annotated[Path | None, typer.Option("--to", help="Write them into this file instead of printing them.")] = None,
) -> None:
    """Print or write TALQ objects as one JSON list 导出; what TALQ has no word for is told on standard error.

    Groups that are asked for have the members of this moment. Overrides are the leased requests that stand now.

    Example: zhadao talq show groups --to groups.json

    Exit code 0; 1 when the file cannot be written; 3 when no controller answers.
    """
    book: dict[str, Any] = client.get(f"{PATH}/{_PATHS.get(what, what.value)}")
    said = json.dumps([one["talq"] for one in book["items"]], ensure_ascii=False, indent=2)
    if to is None:
        print(said)
    else:
        _write(to, said)
        print(f"{to}: {len(book['items'])} {what} of TALQ {book['version']}")
    for one in book["items"]:
        for lacks in one["unsaid_zh"] + one["unsaid_en"]:
            print(f"{_name(one['talq'])}: {lacks}", file=sys.stderr)


def _name(talq: dict[str, Any]) -> str:
    """What an object is called: its id or address; of an override, whom it is for."""
    return str(talq.get("id") or talq.get("address") or ", ".join(one["address"] for one in talq["addresses"][:3]))


def _write(to: Path, text: str) -> None:
    try:
        to.write_text(f"{text}\n", encoding="utf-8")
    except OSError as cause:
        raise Refused(f"{to} cannot be written: {cause.strerror}; check its name and permissions") from cause


def _read(file: Path) -> Any:
    try:
        text = sys.stdin.read() if str(file) == STDIN else file.read_text(encoding="utf-8")
        return json.loads(text)
    except (OSError, ValueError) as cause:
        raise UsageProblem(f"{file} cannot be read as JSON: {cause}") from cause


@talq_app.command("take-groups")
@acts
def take_groups(
    client: ApiClient,
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="A draft: zhadao schedule draft new NAME.")],
    file: File,
) -> bool:
    """Put groups in TALQ's words into a draft 导入灯组, in place of its groups of the same names; others stay.

    FILE holds one group or a list of them. What groups here cannot hold is refused by its field. Nothing changes before
    the draft is proven and published by two people.

    Example: zhadao talq take-groups new-groups groups.json

    Exit code 0: kept, and it can be used. 1: kept with problems (they are printed), or refused.
    """
    return _taken(client, draft, file, "groups")


@talq_app.command("take-programs")
@acts
def take_programs(
    client: ApiClient,
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="A draft: zhadao schedule draft new NAME.")],
    file: File,
) -> bool:
    """Put programs in TALQ's words into a draft 导入方案, in place of its programs of the same ids; others stay.

    FILE holds one ControlProgramOne or a list of them. What would not be followed the same way here is refused by its
    field. Nothing changes before the draft is proven and published by two people.

    Example: zhadao talq take-programs new-programs programs.json

    Exit code 0: kept, and it can be used. 1: kept with problems (they are printed), or refused.
    """
    return _taken(client, draft, file, "programs")


@talq_app.command("take-calendars")
@acts
def take_calendars(
    client: ApiClient,
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="A draft: zhadao schedule draft new NAME.")],
    file: File,
) -> bool:
    """Put calendars in TALQ's words into a draft 导入日历, in place of those taken before under the same ids.

    FILE holds one Calendar or a list of them. Each becomes rules of every light whose own program is its
    defaultProgram. Nothing changes before the draft is proven and published by two people.

    Example: zhadao talq take-calendars new-programs calendars.json

    Exit code 0: kept, and it can be used. 1: kept with problems (they are printed), or refused.
    """
    return _taken(client, draft, file, "calendars")


def _taken(client: ApiClient, draft: str, file: Path, what: str) -> bool:
    from controller.cli.draft_texts import draft_lines
    from controller.cli.drafting import TRYING_S
    from controller.runtime.publishing.views import DraftView

    client.timeout_s = TRYING_S
    said = _read(file)
    body = {what: said if isinstance(said, list) else [said]}
    came: DraftView = client.post(f"{PATH}/drafts/{in_path(draft)}/talq-{what}", body, DraftView)
    print("\n".join(draft_lines(came)))
    return not came.problems


@talq_app.command("override")
@acts
def override(client: ApiClient, file: File, yes: Yes = False, follow: Follow = True) -> bool:
    """Throw the switch by a TALQ override command 执行TALQ命令: look first, then say y; then watch it being proved.

    It needs `expiration`, and its reason under `zhadao`. Without `targetCommand` it ends your own leases there.

    Example: zhadao talq override dim.json

    Exit code 0: done, nothing remains. 1: refused, not confirmed, or some lights remain.
    """
    said = _read(file)
    if isinstance(said, list) and len(said) == 1:
        (said,) = said
    if not isinstance(said, dict):
        raise UsageProblem(f"{file} does not hold one override command: an object with addresses and targetCommand")
    if said.get("targetCommand") is not None:
        return throw(client, said, yes=yes, follow=follow, path=f"{PATH}/overrides/selections")
    if not agreed(f"End the leases of {client.name} there 释放本人在该处的指令?", yes=yes):
        return False
    return let_go(client, f"{PATH}/overrides/release", said)
