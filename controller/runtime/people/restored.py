"""After a restore: sessions and codes of a backup open nothing, and people hear which keys may be alive again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.people.acts import Witness
from controller.runtime.people.doorkeeper import Known
from controller.store.changes import Change
from controller.store.lines import Record

log = structlog.get_logger("people")

RESTORED = "restored"
"""Kind of the journal line that a restore leaves, and of the alarm that follows it."""


def from_a_backup(tail: Sequence[Record]) -> bool:
    """Whether the state was restored since the last start that took it up (``tail``: oldest first)."""
    kinds = [line.kind for line in tail if line.kind in ("started", RESTORED)]
    return bool(kinds) and kinds[-1] == RESTORED


async def distrust(known: Known, evidence: Witness, alarms: AlarmBook) -> None:
    """End every session and every one-time code, durably, before anybody is let in; alarm what only people can judge.

    A session that was signed out, and a code that was used, after the backup was made would otherwise live again.
    Passwords and API keys stay: without them nobody could look after the rest. The alarm is latched until a person
    who went through them resets it.
    """
    sessions = [kept.id for kept in known.sessions.all()]
    changes: list[Change] = [change for one in sessions for change in known.sessions.end(one)]
    coded = [user for user in known.book.users() if user.code]
    for user in coded:
        voided = replace(user, code="", code_until=None)
        known.book.put(voided)
        changes.append(voided.record())
    keys = [f"{key.id} {key.name}" for key in known.book.api_keys() if known.book.key(key.id)]
    said = {"sessions": len(sessions), "codes": [user.name for user in coded], "keys": keys}
    await evidence.before_automation("identities_restored", "controller", "", said)
    await known.keep(changes)
    log.warning("identities_restored", **said)
    listed = ", ".join(keys) or "none"
    alarms.set(
        "people",
        RESTORED,
        f"people, passwords and API keys are those of a backup: what was revoked, disabled or changed since may be "
        f"alive again. All sessions ended. API keys that open now: {listed}. Go through keys and users, then reset it",
        Priority.HIGH,
        text_zh=f"人员、口令与接口密钥来自备份：此后吊销、停用或更改的可能重新生效。所有会话已结束。"
        f"现有效密钥：{listed}。请逐一核对后复位本告警",
    )
    alarms.clear("people", RESTORED)
