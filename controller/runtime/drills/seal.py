"""What makes a site a drill's: its wires lead nowhere but into the drill, and nothing leaves this machine.

Three walls, each enough by itself: the site a drill runs knows no address of the field any more (``sealed``); a wire
that is none of the drill's own sockets is refused before it is made (``refuse_strangers``); and the process itself
refuses every connection elsewhere (``drills.guard``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from controller.domain.drill import DrillMark
from controller.domain.errors import ConfigError
from controller.domain.rights import Grant, Role
from controller.settings.access import AccessSettings
from controller.settings.api import ApiSettings
from controller.settings.evidence import BackupSettings, EvidenceSettings
from controller.settings.notices import NoticeSettings
from controller.settings.site import Site
from drivers.base import Endpoint
from drivers.modbus.listening import LOOPBACK_ONLY
from drivers.opcua.options import OPEN

ANY_MODBUS, ANY_OPCUA = "modbus+tcp://127.0.0.1:0", "opc.tcp://127.0.0.1:0"
"""Where a drill's devices are served until their sockets are open: any free port of this machine's own."""
OPCUA = "opc.tcp"
EVERYTHING = tuple(Grant(role) for role in Role)
"""What the command line of whoever holds the drill may do in it."""


def sealed(site: Site, mark: DrillMark) -> Site:
    """The site without any way out: no address of the field, no receiver of notices, no northbound server, no sign-on
    elsewhere, no second disk, no backups; marked as the drill."""
    return replace(
        site,
        drill=mark,
        endpoints=tuple(_nowhere(endpoint) for endpoint in site.endpoints),
        notices=NoticeSettings(rules=site.notices.rules),
        northbound=None,
        api=ApiSettings(port=0),
        access=AccessSettings(local_cli=EVERYTHING, groups=site.access.groups),
        evidence=EvidenceSettings(),
        backups=BackupSettings(every_s=None),
    )


def _nowhere(endpoint: Endpoint) -> Endpoint:
    url = ANY_OPCUA if endpoint.url.partition("://")[0] == OPCUA else ANY_MODBUS
    return replace(endpoint, url=url, opcua=OPEN, tls=None, listening=LOOPBACK_ONLY)


def on_own_sockets(site: Site, mark: DrillMark, urls: Mapping[str, str]) -> Site:
    """The site sealed, with the drill's own sockets for wires.

    Raises:
        ConfigError: an endpoint has none: it would lead into the field. Nothing is connected then.
    """
    own = sealed(site, mark)
    known = {endpoint.name for endpoint in own.endpoints}
    moved = own.with_urls({name: url for name, url in urls.items() if name in known})
    refuse_strangers(moved, urls.values())
    return moved


def refuse_strangers(site: Site, own: Collection[str]) -> None:
    """Every wire of a drill is one of its own sockets.

    Raises:
        ConfigError: one is not.
    """
    strange = [endpoint for endpoint in site.endpoints if endpoint.devices and endpoint.url not in own]
    if strange:
        named = ", ".join(f"{endpoint.name} ({endpoint.url})" for endpoint in strange[:5])
        raise ConfigError(
            f"a drill reaches no real device, and {len(strange)} endpoints are none of its own: {named}; end the drill "
            "and start it anew, so that they are simulated too 演练不得连接真实设备"
        )
