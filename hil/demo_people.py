"""Who is there in a demo: two people who may operate everything, and a command line that may do whatever it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from controller.domain.errors import StoreError
from controller.domain.rights import Grant, Role
from controller.runtime.people.house import People
from controller.runtime.people.views import OneTimeCode
from controller.settings.site import Site

log = structlog.get_logger("demo")

OPERATING = (Grant(Role.DUTY_OFFICER), Grant(Role.LIGHTING_OPERATOR), Grant(Role.WATER_OPERATOR))
PEOPLE: Mapping[str, str] = {"operator": "演示值班员 Demo operator", "second": "演示监护人 Demo second person"}
"""Two, so that what takes two people can be tried."""
EVERYTHING = tuple(Grant(role) for role in Role)


def trusting(site: Site) -> Site:
    """The site with a local command line that holds every role: nobody is hurt in a simulated city."""
    return replace(site, access=replace(site.access, local_cli=EVERYTHING))


async def demo_people(people: People) -> Sequence[OneTimeCode]:
    """The demo's people, with a fresh one-time code each at every start: a demo never locks anybody out."""
    try:
        return [await people.desk.ensure(name, OPERATING, display) for name, display in PEOPLE.items()]
    except StoreError as error:
        log.error("demo_people_not_made", reason=str(error))
        return []
