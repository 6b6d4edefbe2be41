"""``drill list|show|stop|report``: drills (演练) from the command line. ``drill start`` comes with the simulation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.failing import plain_words
from controller.cli.options import DEFAULT_DATA, AsJson, DataDir

if TYPE_CHECKING:
    from controller.runtime.drills.folder import DrillFolder

drill_app = typer.Typer(
    no_args_is_help=True, help="Drills 演练: the same work against a simulated city, sealed off from the real one."
)
Config = Annotated[
    Path, typer.Option("--config", show_default="config/hangzhou", help="The site folder with the drills.")
]
DEFAULT_CONFIG = Path("config") / "hangzhou"
Run = Annotated[str, typer.Argument(metavar="RUN", help="As `zhadao drill list` shows it; its beginning is enough.")]


@drill_app.command("list")
def list_(config: Config = DEFAULT_CONFIG, data: DataDir = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Drills the site has, and those that were or are held 演练清单.

    Example: zhadao drill list

    Exit code 0; 2 when the site folder cannot be read.
    """
    with plain_words():
        from controller.cli.drill_texts import drill_rows, held_rows
        from controller.cli.printing import print_json
        from controller.runtime.drills.folder import drill_folders
        from controller.settings.load import load_site

        drills = load_site(config).drills if config.is_dir() else {}
        folders = drill_folders(data)
        if as_json:
            held = [{"run": one.path.name, "running": running(one), "folder": str(one.path)} for one in folders]
            print_json({"drills": sorted(drills), "held": held})
            return
        print("\n".join([*drill_rows(drills), "", *held_rows([(one.record, running(one)) for one in folders])]))


@drill_app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="DRILL", help="A drill of the site: sanbao-2021-07.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """One drill in full: how it begins, what fails when, what is expected 演练内容. For whoever holds it.

    Example: zhadao drill show sanbao-2021-07

    Exit code 0; 1 when the site has no such drill.
    """
    with plain_words():
        from controller.cli.drill_texts import drill_lines
        from controller.domain.errors import UnknownTarget
        from controller.settings.load import load_site

        drills = load_site(config).drills
        if name not in drills:
            raise UnknownTarget(f"no drill {name!r}; there are {', '.join(sorted(drills)) or 'none'}")
        print("\n".join(drill_lines(drills[name])))


@drill_app.command("stop")
def stop(run: Run, data: DataDir = DEFAULT_DATA) -> None:
    """End a running drill; it writes its report 结束演练. A city's own controller cannot be ended by this.

    Example: zhadao drill stop sanbao-2021-07-20260622-190000

    Exit code 0: it ends. 1: no such drill. 3: it does not run any more.
    """
    with plain_words():
        from controller.cli.client import API
        from controller.cli.finding import Asked, Doubt, find
        from controller.runtime.drills.folder import REPORT_HTML, drill_folder

        folder = drill_folder(data, run)
        find(Asked(folder.path, None, None, "local-cli"), Doubt.LOCAL).post(f"{API}/drill/end")
        print(f"{folder.path.name} ends 演练结束; the report will be {folder.path / REPORT_HTML}")


@drill_app.command("report")
def report(
    run: Run,
    data: DataDir = DEFAULT_DATA,
    out: Annotated[Path | None, typer.Option("--out", help="Write report.html and report.json here too.")] = None,
    as_json: AsJson = False,
) -> None:
    """A drill's report: what happened, points and their reasons 演练评估报告; also while it runs.

    Example: zhadao drill report sanbao-2021-07-20260622-190000 --out .

    Exit code 0; 1 when there is no such drill.
    """
    with plain_words():
        from controller.cli.drill_texts import report_lines
        from controller.runtime.drills.folder import REPORT_HTML, REPORT_JSON, drill_folder
        from controller.runtime.drills.report import report_of
        from controller.runtime.drills.written import as_html
        from controller.runtime.drills.written import as_json as json_of

        folder = drill_folder(data, run)
        found = report_of(folder)
        written = {REPORT_JSON: json_of(found), REPORT_HTML: as_html(found)}
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            for name, content in written.items():
                (out / name).write_bytes(content)
        if as_json:
            print(written[REPORT_JSON].decode("utf-8"))
            return
        print("\n".join(report_lines(found)))
        print(f"{out or folder.path}/{REPORT_HTML}" if out or (folder.path / REPORT_HTML).exists() else "")


def running(folder: DrillFolder) -> bool:
    """Whether its controller says where it is; one that was killed leaves its note behind, and does not answer."""
    from controller.runtime.listening import LOCAL_FILE

    return (folder.path / LOCAL_FILE).is_file()
