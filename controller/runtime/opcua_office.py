"""What all OPC UA connections of a site share: the certificates, the watch over their ends, the ear for troubles."""

from __future__ import annotations

import asyncio
from pathlib import Path

from controller.domain.clock import Clock
from controller.runtime.alarms import AlarmBook
from controller.runtime.evidence import Evidence
from controller.runtime.local_time import LocalTime
from controller.runtime.opcua_certificates import OpcUaCertificates
from controller.runtime.opcua_notices import OpcUaNotices
from controller.runtime.opcua_trust import OpcUaTrust
from controller.settings.site import Site
from drivers.opcua.around import UaAround
from drivers.opcua.pki import FOLDER, Pki


class OpcUaOffice:
    """One per controller; ``around`` is what each connection is given."""

    def __init__(
        self, site: Site, data: Path, *, alarms: AlarmBook, evidence: Evidence, clock: Clock, local: LocalTime
    ) -> None:
        self.pki = Pki(data / FOLDER)
        self.around = UaAround(self.pki, OpcUaNotices(alarms))
        self._certificates = OpcUaCertificates(site, self.pki, alarms=alarms, clock=clock, local=local)
        self._trust = OpcUaTrust(self.pki, evidence, clock)

    def adopt(self, site: Site) -> None:
        """Take another config over (reload)."""
        self._certificates.adopt(site)

    async def run(self) -> None:
        """Watch over the certificates, for ever."""
        async with asyncio.TaskGroup() as watching:
            watching.create_task(self._certificates.run(), name="opcua certificates")
            watching.create_task(self._trust.run(), name="opcua trust")
