"""What nodes are called: identifiers made of our ids, so that they survive restarts and reloads.

``zhadao``, ``division:330106``, ``street:330106/北山街道``, an asset ``330106-LC-0001``, its point
``330106-LC-0001/K1.feedback`` as logs and the command line write it, a target ``330106-LC-0001/K1:target``, and what
belongs to one of these after a colon: ``330106-LC-0001/K1:wanted``, ``330106-LC-0001:link``,
``330106-LC-0001/K1.power_w:unit``.
"""

from __future__ import annotations

from controller.domain.points import DeviceId, TargetId

NAMESPACE = "urn:zhadao:city"
"""Ours, for good: a client that keeps ``nsu=urn:zhadao:city;s=…`` never has to be taught anew."""
ROOT = "zhadao"
ALARMS = f"{ROOT}:alarms"
DIVISION, STREET = "division:", "street:"


def division_key(code: str) -> str:
    """The folder of a division."""
    return f"{DIVISION}{code}"


def street_key(code: str, street: str) -> str:
    """The folder of a street within a division."""
    return f"{STREET}{code}/{street}"


def facet(key: str, name: str) -> str:
    """Something that belongs to the node ``key``."""
    return f"{key}:{name}"


def split(key: str) -> tuple[DeviceId, str, str]:
    """``(device, point or output, facet)`` of a node below an asset; what is missing is empty."""
    rest, _, belongs = key.partition(":")
    device, _, name = rest.partition("/")
    return device, name, belongs


def target_of(device: DeviceId, output: str) -> TargetId:
    """The target a node speaks of."""
    return f"{device}/{output}" if output else device
