"""``profile import`` and ``profile test``: from a vendor's register map to a device that answers as it says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.failing import REFUSED, UsageProblem, plain_words
from controller.cli.options import DEFAULT_DATA, DataDir
from drivers.profile import Table, WordOrder

if TYPE_CHECKING:
    from controller.commissioning.columns import Field

profile_app = typer.Typer(
    no_args_is_help=True, help="Device profiles 设备点表: import a vendor's map, try it on the device."
)


@profile_app.callback()
def _profile() -> None:
    """Device profiles 设备点表: import a vendor's map, try it on the device."""


@profile_app.command("import")
def import_(
    map_: Annotated[Path, typer.Argument(metavar="MAP", help="The vendor's register map: .xlsx or .csv.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the profile here; its id is the file's name. Else it is printed."),
    ] = None,
    id_: Annotated[str, typer.Option("--id", help="The profile's id.", show_default="from the file's name")] = "",
    title: Annotated[str, typer.Option("--title", help="What the device is, for people.")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="FIELD=HEADER", help='address="起始地址", or a letter: address=C. Again for more.'
        ),
    ] = None,
    base: Annotated[
        int | None, typer.Option("--base", min=0, max=1, help="What the map calls the first register: 0 or 1.")
    ] = None,
    hexadecimal: Annotated[bool, typer.Option("--hex", help="Addresses are hexadecimal.")] = False,
    sheet: Annotated[
        list[str] | None, typer.Option("--sheet", help="Only this sheet: name or number. Again for more.")
    ] = None,
    header: Annotated[int | None, typer.Option("--header", min=1, help="The row the headers stand in.")] = None,
    word_order: Annotated[
        WordOrder | None, typer.Option("--word-order", help="Of 32-bit values: big (ABCD) or little (CDAB).")
    ] = None,
    table: Annotated[
        Table | None, typer.Option("--table", help="Where nothing says it: coil, discrete, holding, input.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Make a profile of a vendor's register map 导入点表. Shows what was taken for what; leaves nothing out silently.

    Every guess is marked by a remark (?) in the profile. What the map says can be written stands at its end and needs a
    person: until its feedback is filled in, `zhadao check` refuses the profile.

    Example: zhadao profile import 点表.xlsx --out config/profiles/cabinet-x.yaml --column address="起始地址" --base 1

    Exit code 0: every row was understood. 1: some were not, they are listed. 2: no register map, or a wrong option.
    """
    with plain_words():
        from controller.cli.profile_importing import import_map
        from controller.commissioning.register_map import Said

        said = Said(_columns(column or []), base, hexadecimal, tuple(sheet or ()), header, word_order, table)
        whole = import_map(map_, said, out=out, id_=id_, title=title, force=force)
    if not whole:
        raise typer.Exit(REFUSED)


def _columns(said: list[str]) -> dict[Field, str]:
    from controller.commissioning.columns import Field

    found = {}
    for one in said:
        field, equals, header = one.partition("=")
        if not equals or field not in set(Field) or not header:
            raise UsageProblem(f"--column {one}: say FIELD=HEADER, FIELD one of {', '.join(Field)}")
        found[Field(field)] = header.strip("\"'")
    return found


Endpoint = Annotated[
    str,
    typer.Argument(
        metavar="ENDPOINT", help="modbus+tcp://10.20.6.9:502 and the other wires, or an endpoint's name with --site."
    ),
]
ProfileName = Annotated[str, typer.Argument(metavar="PROFILE", help="A profile's file, or its id in config/profiles.")]


@profile_app.command("test")
def try_(
    endpoint: Endpoint,
    profile: ProfileName,
    unit: Annotated[int, typer.Option("--unit", min=0, max=255, help="Modbus unit id.")] = 1,
    root: Annotated[str, typer.Option("--root", help="OPC UA: what stands before every node's identifier.")] = "",
    site: Annotated[
        Path | None, typer.Option("--site", help="The site folder: its endpoints, and which devices a controller owns.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, max=30, help="Seconds to wait for an answer.")] = 2.0,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON, for programs.")] = False,
    write_test: Annotated[
        str, typer.Option("--write-test", metavar="POINT", help="WRITE this point, watch its feedback, put it back.")
    ] = "",
    value: Annotated[
        str, typer.Option("--value", help="What to write.", show_default="the other state of a switch")
    ] = "",
    hold: Annotated[float, typer.Option("--hold", min=1, max=120, help="Seconds until it is put back.")] = 5.0,
    on_site: Annotated[
        bool, typer.Option("--i-am-on-site", help="Somebody stands there: without it nothing that moves is written.")
    ] = False,
    journal: Annotated[
        Path | None, typer.Option("--journal", help="Journal of write tests.", show_default="in ~/.local/state/zhadao")
    ] = None,
    data: DataDir = DEFAULT_DATA,
) -> None:
    """Try a profile on its device 点对点测试: every point raw and scaled, and what looks wrong. Writes nothing.

    Flags swapped words, addresses one off, scales ten times off, refused points; says what would put it right and how
    sure that is.

    --write-test POINT writes that one point, after its exact id was typed back, watches the feedback and puts the old
    value back, also on Ctrl-C. Never where a controller owns the device.

    Example: zhadao profile test modbus+tcp://10.20.6.9:502 cabinet-8 --unit 3

    Exit code 0: every point GOOD, nothing suspicious; or the write proven and put back. 1: otherwise. 2: wrong usage.
    """
    with plain_words():
        from controller.cli.profile_testing import read_test, subject_of

        subject, read = subject_of(endpoint, profile, unit=unit, root=root, site=site, timeout_s=timeout, data=data)
        if not write_test:
            good = read_test(subject, read, as_json=as_json)
        else:
            from controller.cli.profile_writing import WriteAsked, write_test_of

            if as_json:
                raise UsageProblem(
                    "--write-test talks with a person; it has no --json. Its journal is JSON, one line a step"
                )
            asked = WriteAsked(write_test, value, hold, on_site, journal, data, site)
            good = write_test_of(subject, read, asked)
    sys.stdout.flush()
    if not good:
        raise typer.Exit(REFUSED)
