"""``schedule draft``, ``prove``, ``diff``, ``accept``, ``publish``, ``versions``, ``rollback``: lighting programs
changed with proof, by two people 照明方案: 草案、证明、双人发布、回退."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.options import AsJson
from controller.cli.setting import Follow, Reason

if TYPE_CHECKING:
    from controller.runtime.publishing.views import DraftView, FilesView, ProofView, VersionsView

draft_app = typer.Typer(no_args_is_help=True, help="Drafts of lighting programs 照明方案草案.")
PATH = f"{API}/lighting"
TRYING_S = 900.0
"""How long trying a draft of a whole city may take."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="The draft's name: small letters, digits, dashes.")]
Accept = Annotated[
    str, typer.Option("--accept", help="Why what blocks it is meant so; only where something blocks. 接受理由")
]


def add_to(schedule_app: typer.Typer) -> None:
    """Hang these commands under ``schedule``."""
    schedule_app.add_typer(draft_app, name="draft")
    for command in (prove, diff, accept, publish, versions, rollback):
        schedule_app.command(command.__name__)(command)


@draft_app.callback()
def _draft() -> None:
    """Drafts of lighting programs 照明方案草案."""


@draft_app.command("new")
@acts
def new(
    client: ApiClient,
    name: Name,
    from_folder: Annotated[
        bool, typer.Option("--from-folder", help="Of the site folder's own lighting files, as they are now.")
    ] = False,
    from_version: Annotated[int | None, typer.Option("--from-version", help="Of a published version.")] = None,
) -> None:
    """Make a draft 新建草案: of what is in force, unless said otherwise; always the whole set of lighting files.

    Example: zhadao schedule draft new half-night-later

    Exit code 0: made. 1: refused.
    """
    from controller.cli.draft_texts import draft_lines
    from controller.cli.failing import UsageProblem

    if from_folder and from_version is not None:
        raise UsageProblem("--from-folder or --from-version, not both")
    print("\n".join(draft_lines(_made(client, name, folder=from_folder, version=from_version))))


def _made(client: ApiClient, name: str, *, folder: bool = False, version: int | None = None) -> DraftView:
    from controller.runtime.publishing.views import DraftView

    client.timeout_s = TRYING_S
    source = "folder" if folder else "in_force" if version is None else "version"
    made: DraftView = client.post(f"{PATH}/drafts", {"name": name, "source": source, "version": version}, DraftView)
    return made


@draft_app.command("list")
@looks
def list_(client: ApiClient, as_json: AsJson = False) -> None:
    """Every draft 草案列表, how it stands, and who changed it last.

    Example: zhadao schedule draft list

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.looking import _print_json

    if as_json:
        _print_json(client.get(f"{PATH}/drafts"))
        return
    from controller.cli.draft_texts import draft_row
    from controller.cli.texts import columns
    from controller.runtime.publishing.views import DraftView

    found: list[DraftView] = client.get(f"{PATH}/drafts", list[DraftView])
    zone = client.zone()
    print("\n".join(columns([draft_row(one, zone) for one in found])) if found else "  none 无")


@draft_app.command("show")
@looks
def show(client: ApiClient, name: Name, as_json: AsJson = False) -> None:
    """One draft 草案: its files, what is wrong with it, what to do next.

    Example: zhadao schedule draft show half-night-later

    Exit code 0; 1 when there is none of this name.
    """
    from controller.cli.looking import _print_json

    path = f"{PATH}/drafts/{in_path(name)}"
    if as_json:
        _print_json(client.get(path))
        return
    from controller.cli.draft_texts import draft_lines
    from controller.runtime.publishing.views import DraftView

    seen: DraftView = client.get(path, DraftView)
    print("\n".join(draft_lines(seen)))


@draft_app.command("get")
@looks
def get(
    client: ApiClient,
    name: Name,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write the files into; made if need be.")],
) -> None:
    """Write a draft's files into a folder, to be edited 导出草案文件. Files of the same names there are replaced.

    Example: zhadao schedule draft get half-night-later ./half-night

    Exit code 0: written. 1: refused.
    """
    from controller.runtime.publishing.views import FilesView

    seen: FilesView = client.get(f"{PATH}/drafts/{in_path(name)}/files", FilesView)
    _write(seen, folder)
    print(f"edit them, then: zhadao schedule draft put {name} {folder}{client.again}")


def _write(seen: FilesView, folder: Path) -> None:
    from controller.cli.failing import Refused

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in sorted(seen.files.items()):
            (folder / Path(file).name).write_bytes(text.encode("utf-8"))
            print(f"{folder / Path(file).name}")
    except OSError as cause:
        raise Refused(f"{folder} cannot be written: {cause.strerror}; check its name and permissions") from cause


@draft_app.command("put")
@acts
def put(
    client: ApiClient,
    name: Name,
    paths: Annotated[list[Path], typer.Argument(metavar="DIR|FILE...", help="A folder of .yaml files, or files.")],
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="FILE", help="A file the draft shall no longer hold.")
    ] = None,
) -> bool:
    """Put edited files into a draft 导入草案文件; it is checked whole, as the site is.

    A folder puts every .yaml file in it (but wet-power.yaml, which is no part of a draft) beside those the draft has.
    A bad draft is kept; it can be neither proven nor published.

    Example: zhadao schedule draft put half-night-later ./half-night

    Exit code 0: kept, and it can be used. 1: kept with problems (they are printed), or refused.
    """
    from controller.cli.draft_texts import draft_lines
    from controller.runtime.publishing.views import DraftView

    client.timeout_s = TRYING_S
    body: dict[str, object] = {"files": _texts(paths), "drop": list(drop or ())}
    came: DraftView = client.post(f"{PATH}/drafts/{in_path(name)}/files", body, DraftView)
    print("\n".join(draft_lines(came)))
    return not came.problems


def _texts(paths: list[Path]) -> dict[str, str]:
    from controller.cli.failing import UsageProblem
    from controller.settings.overlay import KEPT

    files: list[Path] = []
    for path in paths:
        files += sorted(one for one in path.glob("*.yaml") if one.name not in KEPT) if path.is_dir() else [path]
    if not files:
        raise UsageProblem(f"no .yaml files in {', '.join(map(str, paths))}")
    return {file.name: _text(file) for file in files}


def _text(file: Path) -> str:
    from controller.cli.failing import UsageProblem

    try:
        raw = file.read_bytes()
    except OSError as cause:
        raise UsageProblem(f"{file} cannot be read: {cause.strerror}; nothing was sent 未发送") from cause
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as cause:
        line = raw.count(b"\n", 0, cause.start) + 1
        raise UsageProblem(
            f"{file}:{line}: no UTF-8 text; save it as UTF-8 请另存为UTF-8 (not GBK or UTF-16); nothing sent 未发送"
        ) from cause


@draft_app.command("drop")
@acts
def drop(client: ApiClient, name: Name) -> None:
    """Forget a draft 删除草案.

    Example: zhadao schedule draft drop half-night-later

    Exit code 0: gone. 1: refused.
    """
    client.post(f"{PATH}/drafts/{in_path(name)}/drop")
    print(f"draft {name} is gone 已删除")


@acts
def prove(client: ApiClient, name: Name, as_json: AsJson = False) -> bool:
    """Try a draft on 366 nights for every light 证明: burn hours, day burning, dark gaps, conflicts, what changes.

    Example: zhadao schedule prove half-night-later

    Exit code 0: proven, nothing blocks. 1: something blocks, or it cannot be proven.
    """
    from controller.cli.draft_texts import proof_lines
    from controller.cli.looking import _print_json
    from controller.runtime.publishing.report import Severity
    from controller.runtime.publishing.views import ProofView

    client.timeout_s = TRYING_S
    path = f"{PATH}/drafts/{in_path(name)}/prove"
    if as_json:
        came = client.post(path)
        _print_json(came)
        return not any(one["severity"] == Severity.BLOCKS for one in came["report"]["findings"])
    seen: ProofView = client.post(path, None, ProofView)
    print("\n".join(proof_lines(seen)))
    return not seen.report.blocking


@looks
def diff(client: ApiClient, name: Name, as_json: AsJson = False) -> None:
    """What a proven draft changes 变化对照: every road, on which nights, from when to when, hours and kWh.

    Example: zhadao schedule diff half-night-later

    Exit code 0; 1 when it is not proven.
    """
    from controller.cli.draft_texts import diff_lines
    from controller.cli.looking import _print_json
    from controller.runtime.publishing.views import ProofView

    path = f"{PATH}/drafts/{in_path(name)}/proof"
    if as_json:
        _print_json(client.get(path)["report"]["changes"])
        return
    seen: ProofView = client.get(path, ProofView)
    print("\n".join(diff_lines(seen)))


@acts
def accept(client: ApiClient, name: Name, reason: Reason) -> None:
    """Say that what blocks a draft is meant so 接受; both who publish have to, each with a reason.

    Example: zhadao schedule accept half-night-later --reason "road closed until May, council decision 14"

    Exit code 0: your word stands. 1: refused.
    """
    from controller.runtime.publishing.views import ProofView

    seen: ProofView = client.post(f"{PATH}/drafts/{in_path(name)}/accept", {"reason": reason}, ProofView)
    for finding in seen.report.blocking:
        print(f"accepted 已接受: {finding.text_en}\n  {finding.text_zh}")
    print("\n".join(f"  {one.actor}: {one.reason}" for one in seen.accepted))


@acts
def publish(client: ApiClient, name: Name, reason: Reason, accept: Accept = "", follow: Follow = True) -> bool:
    """Propose to put a proven draft in force 提请发布; a second, different person confirms.

    Example: zhadao schedule publish half-night-later --reason "council decision 14"

    Exit code 0: in force, or waiting with --no-follow. 1: refused or not confirmed.
    """
    from controller.cli.ordering import propose

    client.timeout_s = TRYING_S
    body: dict[str, object] = {"reason": reason, "accept": accept}
    return propose(client, f"{PATH}/drafts/{in_path(name)}/publish", body, follow=follow)


@looks
def versions(
    client: ApiClient,
    number: Annotated[
        int | None, typer.Argument(metavar="[N]", min=0, help="One version, with --to.", show_default=False)
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Write the files of version N there.")] = None,
    as_json: AsJson = False,
) -> None:
    """What was published 版本: by whom, when, why, what it changed; which one is in force.

    Example: zhadao schedule versions 3 --to ./version-3

    Exit code 0; 1 when there is no such version.
    """
    from controller.cli.draft_texts import version_lines
    from controller.cli.failing import UsageProblem
    from controller.cli.looking import _print_json
    from controller.runtime.publishing.views import FilesView, VersionsView

    if (number is None) is not (to is None):
        raise UsageProblem("a version's files are written with both: zhadao schedule versions N --to DIR")
    if number is not None and to is not None:
        seen: FilesView = client.get(f"{PATH}/versions/{number}/files", FilesView)
        _write(seen, to)
        return
    if as_json:
        _print_json(client.get(f"{PATH}/versions"))
        return
    found: VersionsView = client.get(f"{PATH}/versions", VersionsView)
    print("\n".join(version_lines(found, client.zone())))


@acts
def rollback(
    client: ApiClient,
    number: Annotated[int, typer.Argument(metavar="N", min=0, help="The version to go back to; 0: the folder's own.")],
    reason: Reason,
    accept: Accept = "",
    follow: Follow = True,
) -> bool:
    """Go back to a version 回退: its content is drafted, proven over what is in force, and published by two people.

    Example: zhadao schedule rollback 3 --reason "complaints from 文一路"

    Exit code 0: in force, or waiting with --no-follow. 1: refused or not confirmed.
    """
    from controller.cli.draft_texts import proof_lines
    from controller.cli.ordering import propose
    from controller.runtime.publishing.views import DraftView, ProofView

    client.timeout_s = TRYING_S
    name = f"rollback-{number}"
    drafts: list[DraftView] = client.get(f"{PATH}/drafts", list[DraftView])
    if any(one.name == name for one in drafts):
        client.post(f"{PATH}/drafts/{name}/drop")
    _made(client, name, version=number)
    proof: ProofView = client.post(f"{PATH}/drafts/{name}/prove", None, ProofView)
    print("\n".join(proof_lines(proof)))
    body: dict[str, object] = {"reason": f"back to version {number}: {reason}", "accept": accept}
    return propose(client, f"{PATH}/drafts/{name}/publish", body, follow=follow)
