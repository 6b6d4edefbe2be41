"""``alarms``, ``ack``, ``shelve``, ``unshelve``, ``reset-alarm``: what asks for a person."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, CONFLICT, ApiClient, in_path
from controller.cli.durations import parse_duration
from controller.cli.options import AsJson
from controller.cli.setting import Lasting, Reason

AlarmId = Annotated[str, typer.Argument(metavar="ALARM", help="Alarm id, as `zhadao alarms` shows it.")]


class AlarmState(StrEnum):
    """ISA-18.2."""

    UNACK = "UNACK"
    ACKED = "ACKED"
    RTNUN = "RTNUN"
    LATCHED = "LATCHED"
    SHELVED = "SHELVED"
    SUPPRESSED = "SUPPRESSED"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"


@looks
def alarms(
    client: ApiClient,
    states: Annotated[
        list[AlarmState] | None, typer.Option("--state", help="Only in this state; may be given again.")
    ] = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="Also those shelved, suppressed, out of service.")] = False,
    priority: Annotated[int, typer.Option("--priority", min=1, max=4, help="This urgent or more: 1 … 4.")] = 4,
    kind: Annotated[str, typer.Option("--kind", help="Only of this condition: device_offline.")] = "",
    about: Annotated[str, typer.Option("--about", help="Only about a device, a target, or a division's code.")] = "",
    under: Annotated[str, typer.Option("--under", help="What is hidden under this alarm's id.")] = "",
    statistics: Annotated[
        bool, typer.Option("--statistics", help="How many there were, and which most often.")
    ] = False,
    lang: Annotated[str, typer.Option("--lang", help="zh adds consequence and what to do in Chinese.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Alarms 告警, most urgent first, each with what to do about it while nobody has seen it.

    Example: zhadao alarms --priority 2 --about 330106

    Exit code 0; 3 when no controller answers.
    """
    if statistics:
        _statistics(client, as_json=as_json)
        return
    wanted = [("state", one.value) for one in states or ()]
    query: dict[str, str | int | bool | None] = {
        "hidden": hidden, "priority": priority, "kind": kind, "about": about, "under": under
    }  # fmt: skip
    found = client.get(f"{API}/alarms", pairs=wanted, **query)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from controller.cli.client import shaped
    from controller.cli.texts import alarm_advice, alarm_lines
    from controller.runtime.views import AlarmView

    views: list[AlarmView] = shaped(found, list[AlarmView])
    print("\n".join([*alarm_lines(views, client.zone()), *alarm_advice(views, lang)]))


def _statistics(client: ApiClient, *, as_json: bool) -> None:
    found = client.get(f"{API}/alarms/statistics")
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from controller.cli.client import shaped
    from controller.cli.texts import statistics_lines
    from controller.runtime.alarming.statistics import AlarmStatisticsView

    print("\n".join(statistics_lines(shaped(found, AlarmStatisticsView), client.zone())))


@acts
def ack(
    client: ApiClient,
    alarm_ids: Annotated[list[str], typer.Argument(metavar="ALARM...", help="Ids, as `zhadao alarms` shows them.")],
) -> bool:
    """Say that a person has seen an alarm 确认告警, or several. A standing alarm stays standing.

    Example: zhadao ack 330106-LC-0001:device_offline

    Exit code 0: seen. 1: refused, or there is no such alarm.
    """
    from controller.cli.texts import alarm_lines
    from controller.runtime.views import AlarmView

    if len(alarm_ids) == 1:
        seen: AlarmView = client.post(f"{API}/alarms/{in_path(alarm_ids[0])}/acknowledge", None, AlarmView)
        print("\n".join(alarm_lines([seen], client.zone())))
        return True
    from controller.runtime.alarming.desk import AlarmReceipt

    receipts: list[AlarmReceipt] = client.post(
        f"{API}/alarms/acknowledge", {"alarms": alarm_ids}, list[AlarmReceipt], also=CONFLICT
    )
    for one in receipts:
        print(f"{'' if one.accepted else f'REFUSED {one.cause}: '}{one.text_en} / {one.text_zh}")
    return all(one.accepted for one in receipts)


@acts
def shelve(client: ApiClient, alarm: AlarmId, lasting: Lasting, reason: Reason) -> bool:
    """Put an alarm aside for a time 搁置, at most 12 h; it comes back by itself. Never one about life safety.

    Example: zhadao shelve 330106-LC-0001:device_offline --for 4h --reason "spare is on its way"

    Exit code 0: shelved. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.runtime.alarming.desk import AlarmReceipt

    body = {"for_s": parse_duration(lasting), "reason": reason}
    return settle(client, f"{API}/alarms/{in_path(alarm)}/shelve", body, AlarmReceipt).accepted


@acts
def unshelve(
    client: ApiClient, alarm: AlarmId, reason: Annotated[str, typer.Option("--reason", help="Why, if you like.")] = ""
) -> bool:
    """Take an alarm off its shelf before its time 取消搁置.

    Example: zhadao unshelve 330106-LC-0001:device_offline

    Exit code 0: it is shown again. 1: refused.
    """
    from controller.cli.receipts import settle
    from controller.runtime.alarming.desk import AlarmReceipt

    return settle(client, f"{API}/alarms/{in_path(alarm)}/unshelve", {"reason": reason}, AlarmReceipt).accepted


@acts
def reset_alarm(client: ApiClient, alarm: AlarmId, reason: Reason) -> bool:
    """Reset a LATCHED alarm 复位告警 once its condition is gone. (What is latched in the field: `zhadao reset`.)

    Example: zhadao reset-alarm 330102-PS-0001/P1:tripped --reason "inspected, cause removed"

    Exit code 0: reset. 1: refused while it stands.
    """
    from controller.cli.receipts import settle
    from controller.runtime.alarming.desk import AlarmReceipt

    return settle(client, f"{API}/alarms/{in_path(alarm)}/reset", {"reason": reason}, AlarmReceipt).accepted
