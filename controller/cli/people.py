"""``user``, ``key``: people, their roles, codes and sessions; keys for machines. For administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient, in_path
from controller.cli.durations import parse_days

if TYPE_CHECKING:
    from controller.runtime.people.views import GrantView, OneTimeCode

user_app = typer.Typer(no_args_is_help=True, help="People, roles, codes, sessions 人员与权限. For administrators.")
key_app = typer.Typer(no_args_is_help=True, help="Keys for machines 机器密钥: scoped, ending, shown once.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name they sign in with.")]
Grants = Annotated[
    list[str],
    typer.Option(
        "--grant",
        metavar="ROLE[@SCOPE]",
        help="viewer, lighting_operator, water_operator, duty_officer, commissioning_engineer, administrator or "
        "forecaster; where: "
        "city (unless said), division:330106, street:330106/NAME, station:ID, group:NAME. May be given again.",
    ),
]
Why = Annotated[str, typer.Option("--reason", help="Why; it goes into the journal.")]


def _grants(said: list[str]) -> list[dict[str, str]]:
    """``lighting_operator@division:330106`` as the API takes it."""
    parts = [one.partition("@") for one in said]
    return [{"role": role.strip(), "scope": scope.strip() or "city"} for role, _, scope in parts]


def _shown(grants: tuple[GrantView, ...]) -> str:
    return ", ".join(f"{one.role}@{one.scope}" for one in grants) or "no roles"


def _code(client: ApiClient, code: OneTimeCode) -> None:
    print(f"{code.name}: one-time code 登录码 {code.code}")
    print("  good for one sign-in within 24 h, to set a password; shown here and never again.")
    print(f"  They type 本人执行: zhadao sign-in {code.name}{client.again}")


@user_app.callback()
def _user() -> None:
    """People, roles, codes, sessions 人员与权限. For administrators."""


@user_app.command("add")
@acts
def user_add(
    client: ApiClient,
    name: Name,
    grant: Grants,
    display: Annotated[str, typer.Option("--display", help="Their own name: 王丽.")] = "",
) -> None:
    """Add a person 新增人员; prints a one-time code for them.

    Example: zhadao user add wang.li --display 王丽 --grant lighting_operator@division:330106

    Exit code 0: added. 1: refused.
    """
    from controller.runtime.people.views import OneTimeCode

    body = {"name": name, "display": display, "grants": _grants(grant)}
    _code(client, client.post(f"{API}/people", body, OneTimeCode))


@user_app.command("list")
@looks
def user_list(client: ApiClient) -> None:
    """Everybody, with their roles and how many sessions they have.

    Example: zhadao user list --as admin

    Exit code 0; 1 when one may not see users.
    """
    from controller.cli.texts import columns
    from controller.runtime.people.views import PersonView

    people: list[PersonView] = client.get(f"{API}/people", list[PersonView])
    rows = [(one.name, one.display, one.state, _shown(one.grants), f"{one.sessions} signed in") for one in people]
    print("\n".join(columns(rows) if rows else ["  none 无"]))


@user_app.command("grant")
@acts
def user_grant(client: ApiClient, name: Name, grant: Grants) -> None:
    """Somebody's roles from now on 授权, INSTEAD of all they had; their sessions end.

    Example: zhadao user grant wang.li --grant duty_officer --grant lighting_operator@division:330106

    Exit code 0: granted. 1: refused; nobody changes their own roles.
    """
    from controller.runtime.people.views import PersonView

    body = {"grants": _grants(grant)}
    person: PersonView = client.post(f"{API}/people/{in_path(name)}/grants", body, PersonView)
    print(f"{person.name}: {_shown(person.grants)}")


@user_app.command("disable")
@acts
def user_disable(client: ApiClient, name: Name, reason: Why = "") -> None:
    """Somebody may not sign in any more 停用; their sessions end at once.

    Example: zhadao user disable wang.li --reason "left the company"

    Exit code 0: disabled. 1: refused; the last administrator stays.
    """
    from controller.runtime.people.views import PersonView

    person: PersonView = client.post(f"{API}/people/{in_path(name)}/disable", {"reason": reason}, PersonView)
    print(f"{person.name}: {person.state}")


@user_app.command("enable")
@acts
def user_enable(client: ApiClient, name: Name) -> None:
    """Somebody may sign in again 启用, by the password they had.

    Example: zhadao user enable wang.li

    Exit code 0: enabled. 1: refused.
    """
    from controller.runtime.people.views import PersonView

    person: PersonView = client.post(f"{API}/people/{in_path(name)}/enable", None, PersonView)
    print(f"{person.name}: {person.state}")


@user_app.command("code")
@acts
def user_code(client: ApiClient, name: Name) -> None:
    """A new one-time code 新登录码 for who lost password or code; the old ones are gone, their sessions end.

    Example: zhadao user code wang.li

    Exit code 0: made. 1: refused.
    """
    from controller.runtime.people.views import OneTimeCode

    _code(client, client.post(f"{API}/people/{in_path(name)}/code", None, OneTimeCode))


@user_app.command("sessions")
@acts
def user_sessions(
    client: ApiClient,
    end: Annotated[str, typer.Option("--end", metavar="SESSION", help="End this session instead of listing.")] = "",
) -> None:
    """Who is signed in 在线会话 (everybody's for who may see users, else one's own), or end a session.

    Example: zhadao user sessions --end S-5d0c2f9a71b3e864

    Exit code 0: listed, or ended. 1: refused.
    """
    from controller.cli.texts import clock_time, columns
    from controller.runtime.people.views import SessionView

    if end:
        client.ask("POST", f"{API}/sessions/{in_path(end)}/end")
        print(f"{end} has ended 已结束")
        return
    sessions: list[SessionView] = client.get(f"{API}/sessions", list[SessionView])
    zone = client.zone()
    rows = [
        (one.id, one.person, f"from {one.client or '—'}", f"until {clock_time(one.ends, zone, '%m-%d %H:%M')}")
        for one in sessions
    ]
    print("\n".join(columns(rows) if rows else ["  none 无"]))


@key_app.callback()
def _key() -> None:
    """Keys for machines 机器密钥: scoped, ending, shown once."""


@key_app.command("add")
@acts
def key_add(
    client: ApiClient,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which machine it is for.")],
    grant: Grants,
    lasting: Annotated[str, typer.Option("--for", help="How long it works: 12h, 90d; a year at most.")] = "90d",
) -> None:
    """Make a key for a machine 新增密钥. It is printed once; a machine never confirms anything.

    Example: zhadao key add scada-bridge --grant viewer --for 90d

    Exit code 0: made. 1: refused.
    """
    from controller.runtime.people.views import NewKey

    body = {"name": name, "grants": _grants(grant), "for_s": parse_days(lasting)}
    made: NewKey = client.post(f"{API}/keys", body, NewKey)
    until = f"{made.key.expires.astimezone():%Y-%m-%d %H:%M %z}"
    print(f"{made.key.id} {made.key.name}: {_shown(made.key.grants)}, until {until}")
    print(f"  {made.token}")
    print("  Shown here and never again 仅显示一次. Send it as `Authorization: Bearer KEY`, or with --token.")


@key_app.command("list")
@looks
def key_list(client: ApiClient) -> None:
    """Keys by name; never the key itself.

    Example: zhadao key list

    Exit code 0; 1 when one may not see users.
    """
    from controller.cli.texts import columns
    from controller.runtime.people.views import KeyView

    keys: list[KeyView] = client.get(f"{API}/keys", list[KeyView])
    rows = [
        (one.id, one.name, f"{one.prefix}…", one.state, f"until {one.expires:%Y-%m-%d}", _shown(one.grants))
        for one in keys
    ]
    print("\n".join(columns(rows) if rows else ["  none 无"]))


@key_app.command("revoke")
@acts
def key_revoke(
    client: ApiClient,
    key: Annotated[str, typer.Argument(metavar="ID", help="As `zhadao key list` shows it.")],
    reason: Why = "",
) -> None:
    """A key opens nothing any more 吊销, at once.

    Example: zhadao key revoke 9f31c2aa01 --reason "machine replaced"

    Exit code 0: revoked. 1: refused.
    """
    client.ask("POST", f"{API}/keys/{in_path(key)}/revoke", {"reason": reason})
    print(f"{key} opens nothing any more 已吊销")
