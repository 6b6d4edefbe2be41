"""What a write does in the world: what moves, what gets voltage, and whether somebody has to stand there. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from controller.domain.points import Value
from drivers.profile import PointSpec, PointType, Role

_DEVICE = re.compile(
    r"lockout|reset|reboot|restart|factory|baud|unit_?id|password|clock|time|address|"
    r"firmware|复位|重启|出厂|波特率|密码|时钟|锁定"
)
_PUMP = re.compile(r"run_command|pump|motor|fan|speed|start|^p\d+\.|泵|电机|风机|启动|启停")
_GATE = re.compile(r"position_command|gate|valve|sluice|^g\d+\.|闸|阀|启闭")
_MODE = re.compile(r"mode|auto|remote|模式|自动|远控")
_CIRCUIT = re.compile(r"^k\d+\.command$|circuit|contactor|lamp|light|relay|回路|接触器|灯|继电器")
_DIMMING = re.compile(r"level_command|dim|brightness|调光|亮度")
_TEXT = re.compile(r"text|display|message|显示|文本")


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a write sets going. ``on_site``: only with somebody there who says so. ``refused``: never by this tool."""

    kind: str
    text: str
    text_zh: str
    on_site: bool = True
    refused: str = ""


def hazard_of(spec: PointSpec, value: Value) -> Hazard:
    """What writing this value to the point does, told from its name and type; what is not known counts as moving."""
    why_not = _never(spec)
    if why_not:
        return Hazard("refused", "", "", refused=why_not)
    name = spec.name.lower()
    if _DEVICE.search(name):
        return Hazard(
            "device", "changes how the device itself works or what it keeps", "改变设备自身的工作方式或保持状态"
        )
    if _PUMP.search(name):
        return Hazard(
            "pump",
            "A MOTOR STARTS OR STOPS: nobody at shaft, coupling or screen; gates and water are not looked at",
            "电机启停：轴、联轴器、格栅处不得有人；本测试不检查闸门与水位",
        )
    if _GATE.search(name):
        return Hazard(
            "gate",
            "A GATE OR VALVE MOVES: nobody in its way; water may run",
            "闸门或阀门动作：行程内不得有人；可能过水",
        )
    if _MODE.search(name):
        return Hazard(
            "mode",
            "hands the plant to or from its own automatic: it may start or stop by itself",
            "切换设备自动/远控：设备可能自行启停",
        )
    if spec.type is PointType.STRING or _TEXT.search(name):
        return Hazard(
            "display", "the display shows this text to everybody who passes", "显示屏将显示该文本", on_site=False
        )
    if _DIMMING.search(name):
        return Hazard("dimming", "the lamps change their brightness", "灯具亮度变化", on_site=False)
    if _CIRCUIT.search(name):
        return _circuit(value)
    return Hazard(
        "unknown",
        "WHAT THIS MOVES IS NOT KNOWN from its name: treat it as machinery",
        "从点名无法判断后果：按有机械动作处理",
    )


def _circuit(value: Value) -> Hazard:
    if value in (True, "on", "ON", "开", "合"):
        text = "A CONTACTOR PULLS IN: all of its circuit gets voltage and the lamps come on; nobody may work there"
        return Hazard("circuit", text, "接触器吸合：该回路带电、灯亮；回路上不得有人作业", on_site=False)
    return Hazard(
        "circuit", "A CONTACTOR DROPS OUT: the lamps of that circuit go dark", "接触器释放：该回路灯灭", on_site=False
    )


def _never(spec: PointSpec) -> str:
    """Why this point can't be tested at all; empty when it can."""
    if not spec.writable:
        return "it is not on the allow-list of its profile (access: read_write)"
    if spec.role in (Role.HEARTBEAT, Role.EPOCH):
        return f"it is the {spec.role}: writing it tells the device that a controller is there"
    if getattr(spec, "pulse", None) is not None:
        return "it is a button (pulse): what it sets going can't be put back by writing"
    if getattr(spec, "method", ""):
        return "it is a method: what it sets going can't be put back by writing"
    return ""
