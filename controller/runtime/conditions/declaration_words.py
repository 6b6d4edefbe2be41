"""What is said about declared operating states, and which words for them are understood."""

from __future__ import annotations

from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.operating import Declaration, DisciplineName, OperatingState
from controller.logic.operating_states import StateSpec
from controller.runtime.conditions.records import LONGEST, declaration_body
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.local_time import LocalTime

ENDS_SOON = "declaration_ends"
_ZH = {DisciplineName.LIGHTING: "照明", DisciplineName.WATER: "水利"}


def said(one: Declaration) -> dict[str, object]:
    """A declaration as the journal and the stream tell it."""
    return {"declaration": one.id, **declaration_body(one)}


def discipline_named(name: DisciplineName | str) -> DisciplineName:
    """The discipline of this name. Raises InvalidValue with those there are."""
    try:
        return DisciplineName(name)
    except ValueError:
        raise InvalidValue(f"{name!r} is no discipline; say lighting or water") from None


def state_named(name: OperatingState | str) -> OperatingState:
    """The state of this name. Raises InvalidValue with those there are."""
    try:
        return OperatingState(name)
    except ValueError:
        raise InvalidValue(f"{name!r} is no operating state; say {', '.join(OperatingState)}") from None


def check(reason: str, for_s: float | None) -> None:
    """A reason, and 1 min … 24 h where a time is given. Raises InvalidValue."""
    if not reason.strip():
        raise InvalidValue("a declaration needs a reason; it is read by whoever asks why, tonight or in court")
    if for_s is not None and not 60.0 <= for_s <= LONGEST.total_seconds():
        raise InvalidValue(f"a declaration lasts 1 min to 24 h and is renewed by a person; {for_s:g} s were asked")


def in_force(one: Declaration, spec: StateSpec, local: LocalTime) -> SiteReceipt:
    """It was declared or renewed."""
    until = local.day(one.expires)
    en = f"{spec.title_en} is in force for {one.discipline.value} in {one.scope} until {until}"
    zh = f"{_ZH[one.discipline]}（{one.scope}）已进入{spec.title_zh}，至 {until}"
    return SiteReceipt(True, "", en, zh, one.id)


def ended(one: Declaration) -> SiteReceipt:
    """It was ended by a person."""
    en = f"{one.discipline.value} in {one.scope} is ordinary again as far as this declaration goes"
    return SiteReceipt(True, "", en, f"{_ZH[one.discipline]}（{one.scope}）已解除该状态", one.id)


def persons_only() -> SiteReceipt:
    """A machine asked."""
    en = "a state is declared, renewed and ended by a person; sign in as one"
    zh = "运行状态须由人员宣布、续期或解除，请以个人身份登录"
    return SiteReceipt(False, Cause.NO_AUTHORITY.value, en, zh)


def not_written(error: StoreError) -> SiteReceipt:
    """It could not be written down."""
    return SiteReceipt(False, Cause.NO_EVIDENCE.value, f"nothing was done: {error}", f"未执行：{error}")


def ends_soon_id(one: Declaration) -> str:
    """The alarm condition that warns before its end."""
    return f"{one.discipline.value}:{ENDS_SOON}"


def ends_soon(one: Declaration, spec: StateSpec, local: LocalTime) -> tuple[str, str]:
    """The warning before its end, in English and Chinese."""
    where, at = f"{one.discipline.value} in {one.scope}", local.hour(one.expires)
    en = f"{spec.title_en} for {where} ends at {at}: renew it or let it end"
    return en, f"{_ZH[one.discipline]}（{one.scope}）{spec.title_zh}即将到期：请续期或任其解除"
