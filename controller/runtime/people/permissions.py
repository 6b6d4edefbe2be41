"""What a caller may do: grants against the places of this site. Asked on every request, so it is cheap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from controller.domain.assets import City
from controller.domain.command import Cause
from controller.domain.points import DeviceId, TargetId
from controller.domain.rights import SELF, Caller, Grant, OwnerClass, Right, Role
from controller.domain.slots import Slot
from controller.logic.rights import FIELD, SLOT_NEEDS, covers, grants_for, reach_of
from controller.logic.subjects import subjects_of
from controller.runtime.authority import Denial

NAMED = 3
"""A denial names this many of the targets outside, and how many more there are."""


class Permissions:
    """Rights in one site. ``grants`` says what a caller holds at this moment: nothing, once its session is over."""

    def __init__(self, city: City, groups: Mapping[str, Iterable[str]], grants: Callable[[Caller], tuple[Grant, ...]]):
        self._grants = grants
        self.adopt(city, groups)

    def adopt(self, city: City, groups: Mapping[str, Iterable[str]]) -> None:
        """Take a site over (reload)."""
        self._subjects = subjects_of(city, groups)

    def denial(
        self,
        caller: Caller,
        right: Right,
        targets: Sequence[str] = (),
        of: OwnerClass | None = None,
        *,
        slot: Slot | None = None,
    ) -> Denial | None:
        """None when the caller may do this on all these targets or assets (``Authority.permit`` says more)."""
        if caller is SELF:
            return None
        grants = self._grants(caller)
        what = f"{right.value}{' ' + of.value if of else ''}"
        if not targets:
            return None if self._anywhere(grants, right, of) else _denial(caller, what, "", "")
        outside = self._outside(grants, right, targets, of)
        if outside:
            return _denial(caller, what, _listed(outside), "")
        if slot is not None:
            outside = self._outside(grants_for(slot, grants), right, targets, of)
            if outside:
                return _denial(caller, f"{what} in {slot.label} on", _listed(outside), SLOT_NEEDS.get(slot, ""))
        return None

    def outside(
        self,
        caller: Caller,
        right: Right,
        targets: Iterable[TargetId],
        of: OwnerClass | None = None,
        *,
        slot: Slot | None = None,
    ) -> list[TargetId]:
        """Those of the targets the caller may not do this on: what a preview excludes."""
        if caller is SELF:
            return []
        grants = self._grants(caller)
        return self._outside(grants if slot is None else grants_for(slot, grants), right, targets, of)

    def roles(self, caller: Caller, targets: Iterable[TargetId]) -> frozenset[Role]:
        """The roles the caller holds over every one of these targets, by whichever of their grants."""
        places = {subject.where for target in targets if (subject := self._subjects.get(target)) is not None}
        grants = self._grants(caller)
        held = {grant.role for grant in grants}
        return frozenset(
            role
            for role in held
            if all(any(one.role is role and covers(one.scope, where) for one in grants) for where in places)
        )

    def knows(self, name: str) -> bool:
        """Whether this is an asset or a target of the site."""
        return name in self._subjects

    def visible(self, caller: Caller, device: DeviceId) -> bool:
        """Whether the caller may see this asset; what is no asset of the site is nobody's secret."""
        subject = self._subjects.get(device)
        return caller is SELF or subject is None or reach_of(self._grants(caller)).reaches(Right.SEE, subject)

    def _anywhere(self, grants: tuple[Grant, ...], right: Right, of: OwnerClass | None) -> bool:
        reach = reach_of(grants)
        if of is None or right is Right.SEE:
            return reach.somewhere(right, of)
        return reach.everywhere(right, of)

    def _outside(
        self, grants: tuple[Grant, ...], right: Right, targets: Iterable[str], of: OwnerClass | None
    ) -> list[str]:
        reach, subjects = reach_of(grants), self._subjects
        whole = frozenset(one for one in OwnerClass if reach.everywhere(right, one))
        if of is not None and of in whole:
            return []
        unknown_may = of is None and not whole.isdisjoint(FIELD)
        judged: dict[int, bool] = {id(None): unknown_may}  # whoever may everywhere is told that there is no such thing
        found: list[str] = []
        for target in targets:
            subject = subjects.get(target)
            inside = judged.get(id(subject))
            if inside is None and subject is not None:
                inside = reach.allows(right, of, subject.where) if of else reach.reaches(right, subject)
                judged[id(subject)] = inside
            if not inside:
                found.append(target)
        return found


def _listed(outside: Sequence[str]) -> str:
    more = f" and {len(outside) - NAMED} more" if len(outside) > NAMED else ""
    return ", ".join(outside[:NAMED]) + more


def _denial(caller: Caller, what: str, where: str, needs: str) -> Denial:
    place = f" {where}" if where else " here"
    why = needs or "no role of theirs gives this there 无此权限"
    return Denial(Cause.NO_AUTHORITY.value, f"{caller.actor} may not {what}{place}: {why}; ask an administrator")
