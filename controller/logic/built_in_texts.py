"""Why each built-in guard stands and how it is cleared, in the two languages operators read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuardText:
    """Why it stands, how it is cleared."""

    why_en: str
    why_zh: str
    clear_en: str
    clear_zh: str


TEXTS: Mapping[str, GuardText] = {
    "not_ready": GuardText(
        "nothing is written to a device that was not read completely",
        "设备未完整读取，不下发",
        "wait for the link; look at the line if it stays away",
        "等待通信恢复；长时间不恢复则检查线路",
    ),
    "local": GuardText(
        "the switch on site is not at REMOTE: whoever is there has the say",
        "现场开关不在“远方”位，由现场人员操作",
        "turn the key on site to REMOTE",
        "现场将钥匙转到“远方”",
    ),
    "locked_out": GuardText(
        "a start failed and locked the unit out",
        "启动失败，机组已闭锁",
        "look at the unit, then reset it",
        "现场检查机组后复位",
    ),
    "feedback": GuardText(
        "without its running feedback a start could not be proven",
        "运行反馈不可读，无法证实启动",
        "repair the feedback",
        "修复运行反馈信号",
    ),
    "fault": GuardText(
        "the unit reports a fault, or cannot say",
        "机组报故障或故障信号不可读",
        "clear the fault on site",
        "现场消除故障",
    ),
    "available": GuardText(
        "the unit reports that it is not available, or cannot say",
        "机组不具备启动条件或信号不可读",
        "make it available on site",
        "现场恢复备用",
    ),
    "backspin": GuardText(
        "the shaft may still turn backwards", "泵轴可能仍在倒转", "clears by itself with time", "到时自动解除"
    ),
    "min_off": GuardText(
        "the motor rests between two starts", "电机两次启动之间须休止", "clears by itself with time", "到时自动解除"
    ),
    "starts_per_hour": GuardText(
        "more starts an hour than the motor bears",
        "小时启动次数已满",
        "clears by itself with time; start another unit",
        "到时自动解除；可启动其他机组",
    ),
    "starts_per_day": GuardText(
        "more starts a day than the motor bears",
        "日启动次数已满",
        "clears by itself with time; start another unit",
        "到时自动解除；可启动其他机组",
    ),
    "dry_run": GuardText(
        "the well is at its dry-run limit", "进水池水位已到干运转限值", "wait for water", "等待水位回升"
    ),
    "level": GuardText(
        "no automatic start on a level nobody can trust",
        "水位不可信，不自动开机",
        "repair the gauges; a person may order a start",
        "修复水位计；可由人员下令开机",
    ),
    "rack": GuardText("the trash rack is blocked", "拦污栅堵塞", "clean the rack", "清理拦污栅"),
    "rack_shed": GuardText(
        "the trash rack is so dirty that units are stopped one by one",
        "拦污栅压差大，逐台减机",
        "clean the rack, then start anew",
        "清污后重新开机",
    ),
    "low_low": GuardText(
        "the hard-wired low-low water trip acts, or cannot be read",
        "低低水位保护动作或信号不可读",
        "wait for water; repair the switch",
        "等待水位回升；修复浮球开关",
    ),
    "lubrication": GuardText(
        "lubrication is not proven on",
        "润滑未证实投入",
        "let the sequence switch it on; look at it",
        "由程序投入；现场检查",
    ),
    "cooling": GuardText(
        "cooling is not proven on",
        "冷却未证实投入",
        "let the sequence switch it on; look at it",
        "由程序投入；现场检查",
    ),
    "auxiliary": GuardText(
        "lubrication or cooling failed beside the running motor",
        "运行中润滑或冷却失效",
        "look at the unit, then reset it",
        "现场检查后复位",
    ),
    "undercurrent": GuardText(
        "it draws too little current to move water: dry, or its shaft is broken",
        "欠电流，疑似空转或断轴",
        "look at the unit, then reset it",
        "现场检查机组后复位",
    ),
    "closed_path": GuardText(
        "it runs against a gate that stays shut",
        "出水闸未开，机组闷泵",
        "look at the gate, then reset",
        "检查闸门后复位",
    ),
    "suction_gate": GuardText(
        "the suction gate is not proven open",
        "进水闸未证实全开",
        "let the sequence open it; look at it if it stays shut",
        "由程序开启；不到位则现场检查",
    ),
    "gate_locked": GuardText(
        "a gate of its path is locked out: it jammed or met too much torque",
        "相关闸门卡阻或过力矩闭锁",
        "look at the gate, then reset it",
        "现场检查闸门后复位",
    ),
    "supply": GuardText("the motors' supply is lost", "动力电源失电", "wait for its return", "等待来电"),
    "power_return": GuardText(
        "after the supply's return units start one by one",
        "来电后逐台错时启动",
        "clears by itself with time",
        "到时自动解除",
    ),
    "feeder": GuardText(
        "one unit starts per feeder at a time", "同一馈线逐台启动", "clears by itself with time", "到时自动解除"
    ),
    "min_step": GuardText(
        "regulating by small steps wears the gate out",
        "小幅频繁调节磨损启闭机",
        "ask for a larger step",
        "加大调节步长",
    ),
    "buttons": GuardText(
        "its drive only opens and closes", "该闸仅可全开或全关", "say open or close", "下令全开或全关"
    ),
    "moves_per_hour": GuardText(
        "the gate was moved too often", "闸门动作过于频繁", "clears by itself with time", "到时自动解除"
    ),
    "suction": GuardText(
        "the pump behind it is not proven stopped and would run dry",
        "机组未证实停机，关进水闸会空转",
        "stop the pump: its gate closes after it",
        "停机后进水闸随之关闭",
    ),
    "rack_stop": GuardText(
        "the trash rack is blocked so far that running units are stopped",
        "拦污栅严重堵塞，停机保护",
        "clean the rack, then start anew",
        "清污后重新开机",
    ),
    "direction": GuardText(
        "the station still pumps the other way, or has just stopped doing so",
        "泵站仍在反向运行或刚停机",
        "stop the other units and wait",
        "停止反向机组并等待",
    ),
    "stagger": GuardText(
        "units start one at a time and apart", "机组逐台错时启动", "clears by itself with time", "到时自动解除"
    ),
    "gravity_gate": GuardText(
        "the gravity gate is not proven closed: the pump would turn the water round",
        "自排闸未证实关闭，水会回流",
        "close the gravity gate",
        "关闭自排闸",
    ),
    "discharge_gate": GuardText(
        "the discharge gate is not proven where this pump needs it",
        "出水闸未证实到位",
        "let the sequence bring the gate there; look at it if it stays away",
        "由程序动作到位；不到位则现场检查",
    ),
    "min_run": GuardText(
        "a start is followed by its minimum run",
        "启动后须运行最短时间",
        "clears by itself with time; an emergency stop does not wait",
        "到时自动解除；紧急停机不受限",
    ),
    "plc_stops": GuardText(
        "an underpass takes only additional starts from the centre",
        "下穿泵站中心只可增开",
        "stop it on site",
        "现场停机",
    ),
    "cannot_close": GuardText(
        "a gate is not opened that may not close again",
        "闸位或启闭机不可靠，开后可能关不上",
        "repair position sensor or drive",
        "修复闸位计或启闭机",
    ),
    "unit_runs": GuardText(
        "the gravity gate stays closed while a unit is not proven stopped",
        "有机组未证实停机，自排闸保持关闭",
        "stop the units",
        "停机",
    ),
    "drainage_first": GuardText(
        "drainage goes before diversion, or the canal is full",
        "排涝优先或内河水位高，停止引水",
        "wait until its cause is gone for its hold; `zhadao diversion` says which",
        "等待原因解除并满延时；zhadao diversion 查看原因",
    ),
    "lining": GuardText(
        "the gates are not proven where this direction needs them",
        "闸门未按运行方向倒换到位",
        "let the station line them; look at the one it names",
        "由程序倒闸到位；不到位则现场检查",
    ),
    "road_water": GuardText(
        "water stands over the road: it stays closed to traffic whatever is ordered",
        "路面积水，道路保持封闭，不论何种指令",
        "wait until the water has gone from the road",
        "等待路面积水退去",
    ),
    "road_blind": GuardText(
        "nobody can say how high the water stands over the road",
        "路面水位不明",
        "look at the underpass and its gauges; open the road on site if it is dry",
        "派人查看下穿及水位计；确认无积水后现场开放",
    ),
    "bore": GuardText(
        "a bore is expected: river gates are closed before it and stay closed until it is past",
        "涌潮将至，临江闸门提前关闭，过后方可开启",
        "wait until it is past; `zhadao tide` says when",
        "等待涌潮过后；zhadao tide 查看时刻",
    ),
    "fast_rise": GuardText(
        "outside the water rises fast, or did a short while ago",
        "外江水位急涨或刚刚急涨",
        "wait until the river is calm",
        "等待外江水位平稳",
    ),
    "mountain_flood": GuardText(
        "a mountain flood comes down to the intake",
        "山洪到达取水口",
        "wait until it is past",
        "等待山洪过后",
    ),
    "outer_level": GuardText(
        "outside the water stands higher, or a level is not trusted",
        "外江水位高于内河或水位不可信",
        "wait for the tide; repair the gauges",
        "等待落潮；修复水位计",
    ),
    "backflow": GuardText(
        "behind a stopped pump the water would flow back",
        "停机时开出水闸会倒灌",
        "start the pump: its gate opens with it",
        "启动机组，出水闸随之开启",
    ),
    "dead_head": GuardText(
        "the pump is not proven stopped and would work against a closed gate",
        "机组未证实停机，关闸会闷泵",
        "stop the pump: its gate closes after it",
        "停机后出水闸随之关闭",
    ),
    "no_restrike": GuardText(
        "lamps need a rest before they strike again", "灯具再启动前须冷却", "clears by itself with time", "到时自动解除"
    ),
}
