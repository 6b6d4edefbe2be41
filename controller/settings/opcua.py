"""How each OPC UA server is spoken to, and what stands in the way: secrets in clear, keys others can read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from controller.domain.errors import ConfigError
from controller.settings.api import is_loopback
from controller.settings.opcua_models import OpcUaModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.site_models import EndpointModel
from drivers.opcua.options import OPEN, CertificateSignIn, PasswordSignIn, Security, SignIn, UaOptions

SCHEME = "opc.tcp"


def opcua_of(entries: Iterable[Entry[EndpointModel]], folder: Path, findings: Findings) -> dict[str, UaOptions]:
    """The options of every endpoint that speaks OPC UA, by its name; paths are as seen from the site's folder."""
    found = {}
    for entry in entries:
        url, spot = urlsplit(entry.value.url), entry.spot.at("opcua")
        model = entry.value.opcua
        if url.scheme != SCHEME:
            if model is not None:
                findings.add(spot, "only an opc.tcp:// endpoint has these", "leave opcua: out")
            continue
        if model is None:
            _check_open(url.hostname or "", entry.spot, findings)
            found[entry.value.name] = OPEN
            continue
        found[entry.value.name] = UaOptions(
            security=model.security,
            policy=model.policy,
            sign_in=_sign_in(model, spot, folder, findings),
            names=model.names,
            keepalive_s=model.keepalive_s,
            queue=model.queue,
            sampling_s=MappingProxyType(dict(model.sampling_s)),
            deadbands=MappingProxyType(dict(model.deadband)),
        )
    return found


def _check_open(host: str, spot: Spot, findings: Findings) -> None:
    """Beyond this machine nobody goes without security by leaving a line out."""
    if not is_loopback(host):
        findings.add(
            spot.at("url"),
            "this server is on the network and nothing says how it is protected",
            "say opcua: {security: sign_and_encrypt}, or security: none if it can do no better",
        )


def _sign_in(model: OpcUaModel, spot: Spot, folder: Path, findings: Findings) -> SignIn:
    by_name = model.user is not None or model.password_file is not None
    by_certificate = model.user_certificate is not None or model.user_key is not None
    if by_name and by_certificate:
        findings.add(spot, "two ways to sign in", "keep user and password_file, or user_certificate and user_key")
    elif by_name:
        return _password(model, spot, folder, findings)
    elif by_certificate:
        return _certificate(model, spot, folder, findings)
    return None


def _password(model: OpcUaModel, spot: Spot, folder: Path, findings: Findings) -> SignIn:
    if model.user is None or model.password_file is None:
        lacking = "user" if model.user is None else "password_file"
        findings.add(spot, f"{lacking} is missing", "a user has both: user: NAME, password_file: FILE")
        return None
    if model.security is Security.NONE:
        hint = "say security: sign_and_encrypt"
        findings.add(spot.at("user"), "a password would cross the network in clear", hint)
    from drivers.opcua.secrets import secret_in  # costs what reading certificates costs; few sites need it

    file = folder / model.password_file
    try:
        secret_in(file)
    except ConfigError as error:
        findings.add(spot.at("password_file"), str(error))
    return PasswordSignIn(model.user, file)


def _certificate(model: OpcUaModel, spot: Spot, folder: Path, findings: Findings) -> SignIn:
    if model.user_certificate is None or model.user_key is None:
        lacking = "user_certificate" if model.user_certificate is None else "user_key"
        findings.add(spot, f"{lacking} is missing", "a certificate has both: user_certificate: FILE, user_key: FILE")
        return None
    if model.security is Security.NONE:
        hint = "say security: sign_and_encrypt"
        findings.add(spot.at("user_certificate"), "a user's certificate proves nothing on an open channel", hint)
    from drivers.opcua.secrets import checked_key  # as above

    files = CertificateSignIn(folder / model.user_certificate, folder / model.user_key)
    try:
        checked_key(files)
    except ConfigError as error:
        findings.add(spot.at("user_key"), str(error))
    return files
