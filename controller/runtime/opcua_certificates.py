"""The end of OPC UA certificates, told to people before it cuts a station off: ours, and those of the servers."""

from __future__ import annotations

from datetime import timedelta

from controller.domain.clock import Clock
from controller.domain.errors import ConfigError
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.certificate_watch import LOOK_EVERY_S, VERY_SOON
from controller.runtime.local_time import LocalTime
from controller.settings.site import Site
from drivers.opcua.certificates import Certificate
from drivers.opcua.pki import Pki

SOON = timedelta(days=60)
"""A new certificate is carried to every station by hand: more time than the API's needs (MEDIUM; HIGH in the last
week)."""
CONDITION = "certificate_ends"


class OpcUaCertificates:
    """Looks once an hour at every certificate this site's secured endpoints rest on."""

    def __init__(self, site: Site, pki: Pki, *, alarms: AlarmBook, clock: Clock, local: LocalTime) -> None:
        self._pki = pki
        self._alarms = alarms
        self._clock = clock
        self._local = local
        self._raised: set[str] = set()
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take another config over (reload)."""
        self._wanted = any(endpoint.opcua.secured for endpoint in site.endpoints)

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            self.look()
            await self._clock.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Raise, renew or clear the alarms."""
        ending = dict(self._ending()) if self._wanted else {}
        for source in self._raised - ending.keys():
            self._alarms.clear(source, CONDITION)
        self._raised = set(ending)
        for source, (certificate, text, zh) in ending.items():
            left = certificate.ends - self._clock.now()
            priority = Priority.HIGH if left <= VERY_SOON else Priority.MEDIUM
            self._alarms.set(source, CONDITION, text, priority, text_zh=zh)

    def _ending(self) -> list[tuple[str, tuple[Certificate, str, str]]]:
        found = []
        for own, certificate in self._certificates():
            left = certificate.ends - self._clock.now()
            if left <= SOON:
                said, zh = ("ran out", "已过期") if left <= timedelta(0) else ("runs out", "即将到期")
                found.append((_source(own, certificate), (certificate, *self._texts(own, certificate, said, zh))))
        return found

    def _texts(self, own: bool, certificate: Certificate, said: str, zh: str) -> tuple[str, str]:
        day = self._local.day(certificate.ends)
        if own:
            return (
                f"our OPC UA certificate {said} on {day}: make a new one (`zhadao certs create --renew`) and have "
                "every station trust it before; after that day secured stations cannot be reached",
                f"本机 OPC UA 证书{zh}（{day}）：请重新生成并在各站受信，否则届时无法连接",
            )
        return (
            f"the OPC UA certificate {certificate.short} ({certificate.subject}) {said} on {day}: have the station's "
            "renewed and trust the new one; after that day that station cannot be reached",
            f"站点 OPC UA 证书 {certificate.short}{zh}（{day}）：请更换并重新受信，否则届时无法连接",
        )

    def _certificates(self) -> list[tuple[bool, Certificate]]:
        try:
            own = [(True, self._pki.own())]
        except ConfigError:  # every secured link is down and says why
            own = []
        return [*own, *((False, one) for one in self._pki.trusted())]


def _source(own: bool, certificate: Certificate) -> str:
    return "opcua" if own else f"opcua/{certificate.short}"
