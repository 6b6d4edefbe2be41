"""``sign-in``, ``sign-out``, ``whoami``, ``password``: who one is to a controller, on this machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient
from controller.cli.failing import ControllerAway, Refused, UsageProblem, plain_words
from controller.cli.finding import Asked, address
from controller.cli.options import DEFAULT_DATA, DataDir, Url
from controller.cli.session_store import Kept, SessionStore
from controller.cli.wire import Answer, Place, send

FromStdin = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help="Read the secret from standard input, one a line: password or one-time code, then a new password.",
    ),
]
TRIES = 3
Ask = Callable[[str, bool], str]
"""Asks for a secret by its name; True: it is new, so it is asked for twice."""


def sign_in(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Your name at this controller.")],
    from_stdin: FromStdin = False,
    data: DataDir = DEFAULT_DATA,
    url: Url = None,
) -> None:
    """Sign in 登录. A one-time code asks for a password of your own (12 characters or more), twice.

    The session is kept for your user on this machine, renews itself for up to 12 h, and is used by every command from
    then on; with several people signed in, say --as NAME. Secrets are never taken from the command line.

    Example: zhadao sign-in operator

    Exit code 0: signed in. 1: name or secret do not fit. 2: nobody is there to be asked. 3: no controller.
    """
    with plain_words():
        where, _ = address(Asked(data, url, None, None))
        signed = _sign_in(where, name.strip().lower(), _from_stdin if from_stdin else _from_terminal)
        print(f"Signed in as {signed.word('actor')} at {where.url} 已登录. Session {signed.word('session')}.")


def _sign_in(where: Place, name: str, ask: Ask) -> Answer:
    secret = ask("Password or one-time code 口令或登录码", False)
    signed = _accepted(send(where, "", "POST", f"{API}/sign-in", {"name": name, "secret": secret}))
    if isinstance(signed.body, dict) and signed.body.get("password_needed"):
        print("Signed in by a one-time code: set your own password 请设置本人口令 (12 characters or more).")
        password = _set_password(where, signed.word("token"), ask)
        signed = _accepted(send(where, "", "POST", f"{API}/sign-in", {"name": name, "secret": password}))
    SessionStore().put(Kept(where.url, name, signed.word("token"), signed.word("refresh")))
    return signed


def _set_password(where: Place, token: str, ask: Ask) -> str:
    for attempt in range(TRIES):
        password = ask("New password 新口令", True)
        answer = send(where, token, "POST", f"{API}/password", {"password": password})
        if answer.status == 422 and ask is _from_terminal and attempt + 1 < TRIES:
            print(answer.word("message"))
            continue
        _accepted(answer)
        return password
    raise Refused("no password was set; sign in with the code again while it is good")


def _accepted(answer: Answer) -> Answer:
    if answer.status >= 400:
        raise Refused(answer.word("message") or f"the controller answered {answer.status}", answer.status)
    return answer


def _from_terminal(what: str, new: bool) -> str:
    if not sys.stdin.isatty():
        raise UsageProblem(f"nobody is there to be asked for a secret ({what}): say --password-stdin and send it there")
    said: str = typer.prompt(what, hide_input=True, confirmation_prompt="Again 再次输入" if new else False)
    return said


def _from_stdin(what: str, _new: bool) -> str:
    said = sys.stdin.readline().rstrip("\r\n")
    if not said:
        raise UsageProblem(f"standard input ended where a secret was expected: {what}")
    return said


@acts
def sign_out(client: ApiClient) -> None:
    """End your session 退出登录, here and at the controller.

    Example: zhadao sign-out --as operator

    Exit code 0: signed out. 1: nobody to sign out.
    """
    store = SessionStore()
    if store.get(client.url, client.name) is None:
        raise Refused(f"{client.name} has no session to end here 无会话")
    try:
        client.ask("POST", f"{API}/sign-out")
    except (ControllerAway, Refused) as cause:
        print(f"{client.name} is signed out on this machine; the controller was not told ({cause})")
    else:
        print(f"{client.name} is signed out 已退出登录.")
    finally:
        store.drop(client.url, client.name)


@looks
def whoami(client: ApiClient) -> None:
    """Who one is to this controller 当前身份: name, roles and where they hold; who else is signed in here.

    Example: zhadao whoami --as operator

    Exit code 0; 1 when the session is over; 3 when no controller answers.
    """
    from controller.cli.texts import columns

    me = client.get(f"{API}/me")
    kind = "a person 人员" if me["person"] else "a machine 机器身份; it never counts as one of two people"
    print(f"{me['actor']} at {client.url}: {kind}")
    rows = [(str(grant["role"]), str(grant["scope"])) for grant in me["grants"]]
    print("\n".join(columns(rows) if rows else ["  no roles 无角色"]))
    if client.others:
        print(f"Also signed in here 本机另有: {', '.join(client.others)} (--as NAME)")


@acts
def password(client: ApiClient, from_stdin: FromStdin = False) -> None:
    """Change your own password 修改口令; all your sessions end: sign in with the new one.

    Example: zhadao password

    Exit code 0: changed. 1: refused.
    """
    ask = _from_stdin if from_stdin else _from_terminal
    secret = ask("Present password 原口令", False)
    client.ask("POST", f"{API}/password", {"secret": secret, "password": ask("New password 新口令", True)})
    SessionStore().drop(client.url, client.name)
    print(f"Changed 已修改. Sign in again: zhadao sign-in {client.name}{client.again}")
