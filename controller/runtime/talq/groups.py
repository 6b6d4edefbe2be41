"""Groups of lights between ours and TALQ's. TALQ names members; ours may be asked for, and follow the city."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from controller.domain.errors import InvalidValue
from controller.domain.points import TargetId
from controller.logic.light_groups import LightGroup, members_of
from controller.logic.scopes import Scope, ScopeKind, Scopes, parse_scope
from controller.runtime.switching.groups import query_text
from controller.runtime.talq.addresses import Lights
from controller.runtime.talq.views import TalqGroupView
from controller.settings.group_models import GROUP_NAME
from schedules.talq_groups import TalqGroup, group_from_talq, group_in_talq
from schedules.talq_references import OWN, Reference, Resource, refused
from schedules.talq_words import Unsaid

Sees = Callable[[TargetId], bool]
_QUERY = ("all_of", "any_of", "none_of")
_PICKS = ("lights", "assets")
_NAMED = 3

_LIVE = Unsaid(
    "live membership: the members are those of this moment; what makes them stands under zhadao",
    "成员随城市变化: 仅列此刻成员, 查询条件见zhadao",
)
_HIDDEN = Unsaid("members you may not see are left out", "无权查看的成员未列出")


def is_live(group: LightGroup) -> bool:
    """Whether its members are asked for, so that TALQ's list of members can only be of a moment."""
    named = (ScopeKind.ASSET, ScopeKind.LIGHT, ScopeKind.GROUP)
    return bool(group.all_of or group.none_of) or any(scope.kind not in named for scope in group.any_of)


def group_said(group: LightGroup, lights: Lights, sees: Sees, owner: str, at: datetime) -> TalqGroupView | None:
    """A group in TALQ's words, with the members the caller may see; None: they may see none of them."""
    members = lights.scopes.targets(Scope(ScopeKind.GROUP, group.name))
    seen = [target for target in members if sees(target)]
    if members and not seen:
        return None
    hidden, live = len(seen) < len(members), is_live(group)
    references = lights.references(seen) if hidden or live else tuple(_named(group))
    own: dict[str, Any] = {"title": {"zh": group.zh, "en": group.en}}
    if live and not hidden:
        own |= {"query": _query(group), "as_of": at.isoformat().replace("+00:00", "Z")}
    unsaid = [*((_LIVE,) if live else ()), *((_HIDDEN,) if hidden else ())]
    return TalqGroupView(
        talq=group_in_talq(TalqGroup(group.name, owner, references, own)),
        exact=not unsaid,
        live=live,
        query="" if hidden else query_text(group),
        lights=len(members),
        title_zh=group.zh,
        title_en=group.en,
        unsaid_zh=tuple(one.zh for one in unsaid),
        unsaid_en=tuple(one.en for one in unsaid),
    )


def _named(group: LightGroup) -> Iterator[Reference]:
    """The members of a group that names them, each once, in the group's order."""
    for scope in group.any_of:
        resource = Resource.GROUPS if scope.kind is ScopeKind.GROUP else Resource.DEVICES
        yield Reference(resource, scope.name)
    asked = {scope.name for scope in group.any_of if scope.kind is not ScopeKind.GROUP}
    yield from (Reference(Resource.DEVICES, one) for one in (*group.assets, *group.lights) if one not in asked)


def _query(group: LightGroup) -> dict[str, list[str]]:
    told = {name: [str(one) for one in getattr(group, name)] for name in (*_QUERY, *_PICKS)}
    return {name: found for name, found in told.items() if found}


def groups_read(
    said: Sequence[Mapping[str, Any]], groups: Mapping[str, LightGroup], lights: Lights
) -> list[LightGroup]:
    """TALQ's groups as ours. ``groups``: those there are besides; of the same name, these take their place.

    Raises:
        InvalidValue: naming group and field: what ours cannot hold, one name twice, groups made of themselves, or
            members that are not what the query beside them gives.
        UnknownTarget: a member that is no light, lighting asset or group of this site.
    """
    read = [_of_one(one, n) for n, one in enumerate(said)]
    names = [group.name for group, _ in read]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise refused(f"group {twice}", "comes twice", "leave one of them out")
    together = {**groups, **{group.name: group for group, _ in read}}
    scopes = Scopes(lights.scopes.lights, members_of(together, lights.scopes))
    new = Lights(scopes, lights.of_asset)
    for group, talq in read:
        _agree(group, talq, new)
    return [group for group, _ in read]


def _of_one(said: Mapping[str, Any], n: int) -> tuple[LightGroup, TalqGroup]:
    try:
        talq = group_from_talq(said)
        if not GROUP_NAME.fullmatch(talq.address):
            raise refused("address", f"{talq.address!r} cannot be a name here", "64 characters at most, no : or /")
        return _group(talq), talq
    except InvalidValue as error:
        raise InvalidValue(f"groups[{n}] {said.get('address', '')}: {error}") from error


def _group(talq: TalqGroup) -> LightGroup:
    zh, en = _title(talq)
    query = talq.own.get("query")
    if query is not None:
        return LightGroup(talq.address, zh, en, **_lists(query))
    assets: list[str] = []
    lights: list[str] = []
    groups: list[Scope] = []
    for n, one in enumerate(talq.members):
        if one.resource is Resource.GROUPS:
            groups.append(Scope(ScopeKind.GROUP, one.address))
        elif one.address.count("/") > 1:
            raise refused(f"members[{n}]", "names an attribute", "a group of lights holds devices and their functions")
        else:
            (lights if "/" in one.address else assets).append(one.address)
    return LightGroup(talq.address, zh, en, tuple(lights), tuple(assets), any_of=tuple(groups))


def _title(talq: TalqGroup) -> tuple[str, str]:
    title = talq.own.get("title") or {}
    if not isinstance(title, Mapping) or not all(isinstance(one, str) for one in title.values()):
        raise refused(f"{OWN}.title", "is no title", "write {zh, en}")
    return title.get("zh") or talq.address, title.get("en") or talq.address


def _lists(query: object) -> dict[str, tuple[Any, ...]]:
    if not isinstance(query, Mapping):
        raise refused(f"{OWN}.query", "is no object", f"it has {', '.join((*_QUERY, *_PICKS))}")
    found: dict[str, tuple[Any, ...]] = {}
    for name, texts in query.items():
        wanted = name in (*_QUERY, *_PICKS) and isinstance(texts, list) and all(isinstance(one, str) for one in texts)
        if not wanted:
            raise refused(
                f"{OWN}.query.{name}", "is not understood", f"lists of texts: {', '.join((*_QUERY, *_PICKS))}"
            )
        found[name] = tuple(map(parse_scope, texts)) if name in _QUERY else tuple(texts)
    return found


def _agree(group: LightGroup, talq: TalqGroup, lights: Lights) -> None:
    """Members are lights there are; where a query stands beside them they are what it gives, or one of both is old."""
    named: set[TargetId] = set()
    for n, one in enumerate(talq.members):
        named |= lights.found(one, f"group {group.name} members[{n}]")
    asked = frozenset(lights.scopes.targets(Scope(ScopeKind.GROUP, group.name)))
    differ = sorted(named ^ asked)
    if differ:
        some = ", ".join(differ[:_NAMED]) + (f" and {len(differ) - _NAMED} more" if len(differ) > _NAMED else "")
        raise refused(
            f"group {group.name} members",
            f"are not what {OWN}.query gives now: they differ by {some}",
            f"leave {OWN}.query out to take the members as they are, or export the group anew 成员与查询条件不符",
        )
