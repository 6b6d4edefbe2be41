"""Groups of lights as they are shown."""

from __future__ import annotations

from controller.domain.errors import UnknownTarget
from controller.domain.lights import LightClass
from controller.logic.light_groups import LightGroup
from controller.logic.scopes import Scope, ScopeKind
from controller.runtime.switching.views import GroupView
from controller.settings.problems import did_you_mean
from controller.settings.site import Site


class GroupDesk:
    """Answers which groups there are and who is in them now; changes nothing."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): members are worked out anew."""
        self._site = site

    def list(self) -> list[GroupView]:
        """Every group, without its members."""
        return [self._view(group) for group in self._site.groups.values()]

    def show(self, name: str) -> GroupView:
        """One group with its members.

        Raises:
            UnknownTarget: none of this name, with the nearest there is.
        """
        group = self._site.groups.get(name.removeprefix("group:"))
        if group is None:
            raise UnknownTarget(f"no group {name}; {did_you_mean(name, self._site.groups)}")
        return self._view(group, named=True)

    def _view(self, group: LightGroup, *, named: bool = False) -> GroupView:
        scopes = self._site.scopes
        members = scopes.targets(Scope(ScopeKind.GROUP, group.name))
        lights = [scopes.lights[target] for target in members]
        road = sum(light.light_class is LightClass.ROAD for light in lights)
        return GroupView(
            address=str(Scope(ScopeKind.GROUP, group.name)),
            name=group.name,
            title_zh=group.zh,
            title_en=group.en,
            query=query_text(group),
            lights=len(lights),
            lamps=sum(light.lamps for light in lights),
            rated_kw=sum(light.rated_w for light in lights) / 1000.0,
            road=road,
            landscape=len(lights) - road,
            members=members if named else (),
        )


def query_text(group: LightGroup) -> str:
    """What makes a member, in a line: ``all of class:road; any of road:文一路; picked: 3``."""
    words = [
        f"{said} {', '.join(map(str, scopes))}"
        for said, scopes in (("all of", group.all_of), ("any of", group.any_of), ("none of", group.none_of))
        if scopes
    ]
    picked = [*group.assets, *group.lights]
    if picked:
        words.append(f"picked {', '.join(picked[:5])}" + (f" and {len(picked) - 5} more" if len(picked) > 5 else ""))
    return "; ".join(words)
