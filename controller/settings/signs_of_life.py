"""What tells that an OPC UA station works, and not only the server in front of it: checked, and asked for."""

from __future__ import annotations

from collections.abc import Iterable

from controller.settings.parsing import Findings, Spot
from controller.settings.problems import Problem
from controller.settings.profile_models import ProfileModel
from drivers.opcua.signs import is_sign
from drivers.profile import PointSpec, Profile, Protocol, Role

KEY = "frozen_after_s"
NOTHING = (
    "nothing tells a stopped station from a quiet one: if its server goes on answering while the PLC stands still, "
    "every value stays GOOD"
)
NOTHING_ZH = "PLC 停止而服务器仍应答时无法发现，数据仍显示有效"
DO = (
    "give it the counter its PLC moves (role: alive); if it has none, say frozen_after_s: how long all its fast "
    "measurements can stand still"
)


def check_signs(points: Iterable[PointSpec], model: ProfileModel, top: Spot, findings: Findings) -> None:
    """Whether ``frozen_after_s`` of a profile can mean anything there."""
    if model.frozen_after_s is None:
        return
    specs, spot = list(points), top.at(KEY)
    if model.protocol is not Protocol.OPCUA:
        findings.add(spot, "only OPC UA stations are watched so", "say frozen_after_s at a point; else leave it out")
    elif any(spec.role is Role.ALIVE for spec in specs):
        findings.add(spot, "this station has an alive counter, which tells sooner", "leave frozen_after_s out")
    elif not any(map(is_sign, specs)):
        hint = "say poll: fast at the measurements that move (level, head, current), or leave this out"
        findings.add(spot, "no fast measurement could show that it moves", hint)


def watched(profile: Profile) -> bool:
    """Whether anything would show that a station of this kind stands still behind a server that answers."""
    own = any(spec.role is Role.ALIVE or spec.frozen_after_s is not None for spec in profile.points.values())
    return profile.protocol is not Protocol.OPCUA or own or profile.frozen_after_s is not None


def unwatched(profile: Profile, top: Spot) -> list[Problem]:
    """What ``zhadao check`` warns of; nothing where something tells."""
    return [] if watched(profile) else [top.at("protocol").problem(f"{NOTHING} {NOTHING_ZH}", DO)]
