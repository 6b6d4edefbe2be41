"""``certs``: the certificates OPC UA connections rest on: ours, and whose we trust. Works on the data folder itself."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.failing import Refused, UsageProblem, plain_words
from controller.cli.options import DEFAULT_DATA, DataDir

if TYPE_CHECKING:
    from drivers.opcua.certificates import Certificate
    from drivers.opcua.pki import Pki

certs_app = typer.Typer(no_args_is_help=True, help="OPC UA certificates 证书: ours, and the stations we trust.")

FIVE_YEARS = 1826
"""Every station must be visited for a new one; shorter where a site's rules say so."""
COMPARED = 4
"""Digits of the fingerprint that are typed as the other side reads them out."""
LEAST_NAMED = 8
"""Digits that name a certificate."""

Which = Annotated[
    str, typer.Argument(metavar="FINGERPRINT", help=f"Its first {LEAST_NAMED} digits or more, as `list` shows them.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask: the fingerprint was compared already.")]


@certs_app.callback()
def _certs() -> None:
    """OPC UA certificates 证书: ours, and the stations we trust."""


@certs_app.command("create")
def certs_create(
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--name", help="Host name or address of this machine; may be given again.", show_default="its own"
        ),
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=7305, help="How long it holds.")] = FIVE_YEARS,
    bits: Annotated[int, typer.Option("--bits", help="2048, 3072 or 4096; many PLCs know 2048 only.")] = 2048,
    renew: Annotated[bool, typer.Option("--renew", help="In place of the present one, which is put aside.")] = False,
    data: DataDir = DEFAULT_DATA,
) -> None:
    """Make our own certificate 生成本机证书 and its key, to be trusted by the stations.

    Example: zhadao certs create

    Exit code 0: made. 1: there is one already (say --renew). Every station must trust a new one again.
    """
    with plain_words():
        from controller.cli.certs_texts import whole
        from drivers.opcua.certificates import certificate_of, made

        pki = _pki(data)
        if bits not in (2048, 3072, 4096):
            raise UsageProblem("--bits is 2048, 3072 or 4096")
        if pki.certificate_file.exists() and not renew:
            raise Refused(
                f"there is one already: {pki.certificate_file}. Look at it with `zhadao certs show{pki.again}`; "
                "--renew makes a new one, which every station must trust again"
            )
        host = socket.gethostname()
        now = datetime.now(UTC)
        der, key = made(f"urn:{host}:zhadao", f"zhadao@{host}"[:64], tuple(names or (host,)), now, days, bits)
        aside = pki.keep_own(der, key, now)
        print("\n".join(whole(certificate_of(der), "ours 本机")))
        if aside is not None:
            print(f"The one before is in {aside}. Every station must trust the new one 各站须重新受信.")
        print(f"Next 下一步: bring {pki.certificate_file} to each station and have it trusted there;")
        print("  then reload or wait: the link tries again by itself, and shows the station's certificate in turn.")


@certs_app.command("show")
def certs_show(
    which: Annotated[
        str, typer.Argument(metavar="FINGERPRINT", help="Another's certificate.", show_default="ours")
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Write the certificate (DER) to this file too.")] = None,
    pem: Annotated[bool, typer.Option("--pem", help="With --out: PEM instead of DER.")] = False,
    data: DataDir = DEFAULT_DATA,
) -> None:
    """A certificate whole 查看证书, its fingerprint in groups to read out on the telephone; ours unless named.

    Example: zhadao certs show --out zhadao.der

    Exit code 0; 2 when there is none.
    """
    with plain_words():
        from controller.cli.certs_texts import as_pem, whole

        pki = _pki(data)
        found = _found(pki, which) if which else pki.own()
        print("\n".join(whole(found, _standing(pki, found), pki.met(found))))
        if out is not None:
            try:
                out.write_bytes(as_pem(found) if pem else found.der)
            except OSError as error:
                raise Refused(f"{out} could not be written: {error.strerror}") from error
            print(f"written to {out} 已导出")


@certs_app.command("list")
def certs_list(data: DataDir = DEFAULT_DATA) -> None:
    """Every certificate 证书清单: ours, the trusted ones, and those that wait for a decision.

    Example: zhadao certs list

    Exit code 0.
    """
    with plain_words():
        from controller.cli.certs_texts import listing

        print("\n".join(listing(_pki(data), datetime.now(UTC))))


@certs_app.command("trust")
def certs_trust(which: Which, yes: Yes = False, data: DataDir = DEFAULT_DATA) -> None:
    """Trust a station's certificate 信任, by its fingerprint or from a file, once the fingerprint was compared.

    Example: zhadao certs trust 3f2a9c1be08d4471

    The link comes up by itself at its next try. Exit code 0: trusted. 1: not.
    """
    with plain_words():
        from controller.cli.certs_texts import whole

        pki = _pki(data)
        file = Path(which)
        found = _read(file) if file.is_file() else _found(pki, which)
        if pki.trusts(found):
            print(f"{found.short} is trusted already 已受信")
            return
        print("\n".join(whole(found, _standing(pki, found), pki.met(found))))
        _not_hopeless(found)
        if not yes:
            _compare(found)
        pki.trust(found)
        print(f"{found.short} is trusted 已信任. The link comes up at its next try, within half a minute.")


@certs_app.command("reject")
def certs_reject(which: Which, yes: Yes = False, data: DataDir = DEFAULT_DATA) -> None:
    """Trust a certificate no longer 撤销信任: its link goes down within a keep-alive and stays down.

    Example: zhadao certs reject 3f2a9c1be08d4471

    Exit code 0: no longer trusted. 1: not done.
    """
    with plain_words():
        pki = _pki(data)
        found = _found(pki, which)
        _sure(f"The station that shows {found.short} ({found.subject}) cannot be reached any more.", yes)
        pki.reject(found)
        print(f"{found.short} is not trusted any more 已撤销信任")


@certs_app.command("remove")
def certs_remove(which: Which, yes: Yes = False, data: DataDir = DEFAULT_DATA) -> None:
    """Forget a certificate altogether 删除; if it is shown again, it waits for a decision again.

    Example: zhadao certs remove 3f2a9c1be08d4471

    Exit code 0: forgotten. 1: not done.
    """
    with plain_words():
        pki = _pki(data)
        found = _found(pki, which)
        if pki.trusts(found):
            _sure(f"{found.short} ({found.subject}) is trusted now; its link goes down.", yes)
        pki.remove(found)
        print(f"{found.short} is forgotten 已删除")


def _pki(data: Path) -> Pki:
    from drivers.opcua.pki import FOLDER, Pki

    return Pki(data / FOLDER)


def _found(pki: Pki, which: str) -> Certificate:
    digits = "".join(which.split()).replace(":", "")
    if len(digits) < LEAST_NAMED:
        raise UsageProblem(
            f"{which!r} is too short: at least {LEAST_NAMED} digits of the fingerprint, see `certs list`"
        )
    found = pki.find(which)
    if found is None:
        raise Refused(f"no one certificate begins with {which}: look at `zhadao certs list{pki.again}`")
    return found


def _read(file: Path) -> Certificate:
    from drivers.opcua.certificates import certificate_in

    try:
        return certificate_in(file.read_bytes())
    except (OSError, ValueError) as error:
        raise Refused(f"{file} holds no certificate (PEM or DER): {error}") from error


def _standing(pki: Pki, found: Certificate) -> str:
    from controller.domain.errors import ConfigError

    try:
        if found.der == pki.own().der:
            return "ours 本机"
    except ConfigError:
        pass
    return "trusted 已信任" if pki.trusts(found) else "not trusted 未信任"


def _not_hopeless(found: Certificate) -> None:
    """A certificate the link would refuse all the same is not put among the trusted."""
    flaws = found.hopeless(datetime.now(UTC))
    if flaws:
        why = "; ".join(f"{flaw.text} {flaw.text_zh}" for flaw in flaws)
        raise Refused(f"it would be refused all the same: {why}. Have the station make a new certificate")


def _compare(found: Certificate) -> None:
    """The last digits come from the other side, or nobody has compared anything."""
    print(
        "Call the station 请与现场电话核对: have them read out the fingerprint THEY see (SHA-256, or SHA-1 thumbprint)."
    )
    typed = typer.prompt(f"Type the last {COMPARED} digits as they read them 输入对方读出的末 {COMPARED} 位")
    said = "".join(typed.split()).replace(":", "").lower()
    if len(said) < COMPARED or not (found.fingerprint.endswith(said) or found.thumbprint.endswith(said)):
        raise Refused(
            f"{typed} is not how this fingerprint ends: it is NOT the station's certificate, or it was misread; "
            "nothing was trusted 指纹不符，未信任"
        )


def _sure(what: str, yes: bool) -> None:
    if not yes and not typer.confirm(f"{what} Go on 继续?", default=False):
        raise Refused("nothing was changed 未更改")
