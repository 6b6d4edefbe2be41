"""Selections stolen, altered, reused, late; two words of one person; facts that change meanwhile; what binds an act."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import httpx
import pytest

from controller.domain.rights import SELF
from tests.integration.besieged import (
    LAMP,
    NEAR_LAMP,
    NEAR_PS,
    NEAR_TREES,
    OPERATING,
    PASSWORD,
    TREES,
    WEST,
    City,
    city,
)

T = TypeVar("T")
WHY = {"for_s": 600, "reason": "trying"}
GROUP = {"targets": [TREES, NEAR_TREES], "value": "on", **WHY}
"""More of the landscape lights than one person switches alone."""


AT_LOCAL = f"{WEST}-LC-0002"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with city(tmp_path_factory.mktemp("acts")) as made:
        yield made


@pytest.fixture(autouse=True)
def _left_as_found(at: City) -> Iterator[None]:
    yield
    token = at.token("tidy", *OPERATING)
    for lease in at.ask(token, "GET", "leases").json():
        at.ask(token, "POST", f"leases/{lease['id']}/release", {"reason": "over"})
    for one in at.ask(token, "GET", "proposals").json():
        at.ask(token, "POST", f"proposals/{one['id']}/refuse", {"reason": "over"})
    at.api.field.drivers["gw-1"].set(AT_LOCAL, "control_switch", "REMOTE")
    assert at.ask(token, "GET", "leases").json() == []


def as_(at: City, name: str) -> str:
    return at.token(name, *OPERATING)


def selected(at: City, token: str = "") -> str:
    """The token of a selection. After a leap of time, as soon as everything has been read again."""

    def select() -> str:
        answer = at.ask(token or as_(at, "lin"), "POST", "selections", GROUP)
        assert answer.status_code == 200, answer.text
        whole = answer.json()["effects"].get("excluded", 0) == 0
        return str(answer.json()["token"]) if whole else ""

    return eventually(select)


def proposed(at: City, token: str = "") -> str:
    """The id of a proposal."""
    token = token or as_(at, "lin")
    answer = at.ask(token, "POST", "selections/operate", {"token": selected(at, token)})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def refused(at: City, answer: httpx.Response, cause: str) -> None:
    """409 for this cause at every target, and nothing came of it."""
    assert answer.status_code == 409, answer.text
    assert {one["cause"] for one in answer.json()["outcomes"]} == {cause}, answer.text
    assert at.officer("GET", "leases") == []


def eventually(condition: Callable[[], T], within_s: float = 10.0) -> T:
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def operate(at: City, name: str, token: str) -> httpx.Response:
    return at.ask(as_(at, name), "POST", "selections/operate", {"token": token})


def test_a_selection_stolen_by_another_person_is_void_for_both(at: City) -> None:
    token = selected(at)
    refused(at, operate(at, "mallory", token), "OBJECT_NOT_SELECTED")
    refused(at, operate(at, "lin", token), "OBJECT_NOT_SELECTED")


def test_a_selection_is_not_taken_along_into_another_session_of_the_same_person(at: City) -> None:
    token = selected(at)
    second = at.api.token("lin", *OPERATING)
    refused(at, at.ask(second, "POST", "selections/operate", {"token": token}), "OBJECT_NOT_SELECTED")


def test_a_selection_is_not_used_by_a_machine_of_the_same_rights(at: City) -> None:
    token = selected(at)
    key = at.key("robot", *OPERATING)
    refused(at, at.ask(key, "POST", "selections/operate", {"token": token}), "OBJECT_NOT_SELECTED")


@pytest.mark.parametrize("alter", [lambda t: t[:-1], lambda t: t + "A", lambda t: t.swapcase(), lambda t: f" {t}"])
def test_an_altered_selection_is_none(at: City, alter: Callable[[str], str]) -> None:
    refused(at, operate(at, "lin", alter(selected(at))), "OBJECT_NOT_SELECTED")


def test_a_selection_works_once(at: City) -> None:
    token = selected(at)
    assert operate(at, "lin", token).status_code == 202
    refused(at, operate(at, "lin", token), "OBJECT_NOT_SELECTED")


def test_a_selection_used_late_is_none(at: City) -> None:
    token = selected(at)
    at.skip(31)
    refused(at, operate(at, "lin", token), "OBJECT_NOT_SELECTED")


def test_nothing_can_be_added_to_what_was_selected(at: City) -> None:
    body = {"token": selected(at), "targets": [LAMP], "value": "off"}
    answer = at.ask(as_(at, "lin"), "POST", "selections/operate", body)
    assert answer.status_code == 422
    assert at.officer("GET", "leases") == []


def test_a_selection_ends_with_its_session(at: City) -> None:
    token = at.api.token("leaver", *OPERATING)
    selection = selected(at, token)
    assert at.ask(token, "POST", "sign-out").status_code == 204
    assert at.ask(token, "POST", "selections/operate", {"token": selection}).status_code == 401
    refused(at, operate(at, "lin", selection), "OBJECT_NOT_SELECTED")


def test_a_selection_dies_of_a_tag_hung_meanwhile_or_leaves_out_what_it_hangs_on(at: City) -> None:
    token = selected(at)
    tag = at.officer("POST", "tags", {"on": TREES, "reason": "somebody works there"})["tag"]["id"]
    try:
        answer = operate(at, "lin", token)
        assert answer.status_code in (200, 202, 409)
        touched = [one["target"] for one in at.officer("GET", "leases")]
        waiting = [one for one in at.officer("GET", "proposals") if TREES in one["targets"]]
        assert TREES not in touched
        assert waiting == []
    finally:
        at.officer("POST", f"tags/{tag}/remove", {"reason": "done"})


def test_one_person_under_two_sessions_is_one_person(at: City) -> None:
    waiting = proposed(at)
    again = at.api.token("lin", *OPERATING)
    refused(at, at.ask(again, "POST", f"proposals/{waiting}/confirm"), "NO_ACCESS_AUTHORITY")
    assert [one["id"] for one in at.officer("GET", "proposals")] == [waiting]


def test_one_person_by_password_and_in_other_letters_is_one_person(at: City) -> None:
    at.person("wu.min", *OPERATING)
    tokens = []
    for name in ("wu.min", " WU.Min ", "Wu.MIN"):
        answer = at.ask("", "POST", "sign-in", {"name": name, "secret": PASSWORD})
        assert answer.status_code == 200, answer.text
        tokens.append(answer.json()["token"])
    waiting = proposed(at, tokens[0])
    for token in tokens:
        refused(at, at.ask(token, "POST", f"proposals/{waiting}/confirm"), "NO_ACCESS_AUTHORITY")


def test_a_machines_key_confirms_nothing_and_proposes_nothing(at: City) -> None:
    key = at.key("helper", *OPERATING)
    refused(at, at.ask(key, "POST", f"proposals/{proposed(at)}/confirm"), "NO_ACCESS_AUTHORITY")
    refused(at, at.ask(key, "POST", "selections/operate", {"token": selected(at, key)}), "NO_ACCESS_AUTHORITY")


def test_two_confirmations_at_once_act_once(at: City) -> None:
    waiting = proposed(at)
    answers = [at.ask(as_(at, name), "POST", f"proposals/{waiting}/confirm") for name in ("fang", "gao", "fang")]
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    assert len(at.officer("GET", "leases")) == 2


def test_a_proposal_confirmed_late_is_none(at: City) -> None:
    waiting = proposed(at)
    at.skip(301)
    assert at.ask(as_(at, "fang"), "POST", f"proposals/{waiting}/confirm").status_code in (403, 404)
    assert at.officer("GET", "leases") == []


def test_a_proposal_whose_fact_changed_is_not_carried_out(at: City) -> None:
    waiting = proposed(at)
    at.officer("POST", "stops", {"target": TREES, "reason": "smoke"})
    try:
        refused(at, at.ask(as_(at, "fang"), "POST", f"proposals/{waiting}/confirm"), "NOT_READY")
    finally:
        back = at.officer("POST", "stops/return", {"target": TREES, "reason": "it was steam"})["id"]
        assert at.ask(as_(at, "fang"), "POST", f"proposals/{back}/confirm").status_code == 200


def test_whose_rights_went_meanwhile_confirms_and_proposes_nothing(at: City) -> None:
    at.person("short", *OPERATING)
    token = at.ask("", "POST", "sign-in", {"name": "short", "secret": PASSWORD}).json()["token"]
    waiting = proposed(at)
    at.api.run(_disabled(at, "short"))
    assert at.ask(token, "POST", f"proposals/{waiting}/confirm").status_code == 401
    assert at.officer("GET", "leases") == []


async def _disabled(at: City, name: str) -> None:
    await at.api.assembly.people.desk.disable(name, SELF)


def test_whose_rights_went_after_proposing_has_nothing_carried_out_in_their_name(at: City) -> None:
    at.person("brief", *OPERATING)
    token = at.ask("", "POST", "sign-in", {"name": "brief", "secret": PASSWORD}).json()["token"]
    waiting = proposed(at, token)
    at.api.run(_disabled(at, "brief"))
    answer = at.ask(as_(at, "fang"), "POST", f"proposals/{waiting}/confirm")
    assert answer.status_code == 409, answer.text
    assert at.officer("GET", "leases") == []


def test_a_command_while_local_is_blocked_and_says_where_the_key_is(at: City) -> None:
    lamp = f"{AT_LOCAL}/K1"
    at.api.field.drivers["gw-1"].set(AT_LOCAL, "control_switch", "LOCAL")
    eventually(lambda: [one for one in at.officer("GET", "switches") if one["device"] == AT_LOCAL])
    selection = at.ask(as_(at, "lin"), "POST", "selections", {"targets": [lamp], "value": "off", **WHY}).json()
    assert (selection["token"], selection["targets"][0]["cause"]) == ("", "BLOCKED_LOCAL")
    assert f"the key of {AT_LOCAL} stands at LOCAL" in selection["targets"][0]["text"]
    at.ask(as_(at, "lin"), "POST", "orders", {"targets": [lamp], "value": "off", **WHY})
    time.sleep(1.5)  # time enough to be sent, were it not blocked
    sent = [
        one for one in at.officer("GET", f"commands?target={lamp}") if one["state"] in ("SENT", "ACKED", "CONFIRMED")
    ]
    assert sent == []


def test_a_command_on_what_is_tagged_is_refused_for_everybody_and_off_passes(at: City) -> None:
    tag = at.officer("POST", "tags", {"on": NEAR_LAMP, "reason": "somebody works there"})["tag"]["id"]
    try:
        answer = at.ask(as_(at, "lin"), "POST", "orders", {"targets": [NEAR_LAMP], "value": "on", **WHY})
        refused(at, answer, "BLOCKED_BY_TAG")
        not_owner = at.ask(as_(at, "mallory"), "POST", f"tags/{tag}/remove", {"reason": "in my way"})
        assert not_owner.status_code == 409, not_owner.text
        same = at.ask(at.api.token("chen", *OPERATING), "POST", f"tags/{tag}/propose-removal", _ON_SITE)
        assert same.status_code in (202, 403, 409, 422)
        if same.status_code == 202:  # its owner may ask; then two others are still two others
            own = at.ask(as_(at, "chen"), "POST", f"proposals/{same.json()['id']}/confirm")
            refused(at, own, "NO_ACCESS_AUTHORITY")
        stopped = at.ask(as_(at, "lin"), "POST", "stops", {"target": NEAR_LAMP})
        assert stopped.status_code == 200, stopped.text
    finally:
        at.officer("POST", f"tags/{tag}/remove", {"reason": "done"})


_ON_SITE = {"reason": "owner ill", "on_site": "Wang stands before it"}


def test_a_stop_is_not_taken_back_by_an_order_or_by_one_person(at: City) -> None:
    assert at.ask(as_(at, "lin"), "POST", "stops", {"target": TREES}).status_code == 200
    ordered = at.ask(as_(at, "lin"), "POST", "orders", {"targets": [TREES], "value": "on", **WHY})
    explained = at.officer("GET", f"explain/{TREES}")
    assert explained["winner"]["slot"] == 1, ordered.text
    reset = at.ask(as_(at, "lin"), "POST", f"reset/{TREES}", {"reason": "I want it"})
    assert reset.status_code == 409, reset.text
    back = at.ask(as_(at, "lin"), "POST", "stops/return", {"target": TREES, "reason": "gone"}).json()["id"]
    alone = at.ask(at.api.token("lin", *OPERATING), "POST", f"proposals/{back}/confirm")
    assert alone.status_code == 409, alone.text
    assert at.officer("GET", f"explain/{TREES}")["winner"]["slot"] == 1
    assert at.ask(as_(at, "fang"), "POST", f"proposals/{back}/confirm").status_code == 200


def test_the_same_request_id_never_acts_twice_and_belongs_to_who_chose_it(at: City) -> None:
    order = {"targets": [TREES], "value": "on", **WHY, "request_id": "mine-1"}
    first = at.ask(as_(at, "lin"), "POST", "orders", order)
    assert at.ask(as_(at, "lin"), "POST", "orders", order).json() == first.json()
    otherwise = at.ask(as_(at, "lin"), "POST", "orders", {**order, "value": "off", "targets": [NEAR_TREES]})
    assert otherwise.status_code == 422
    assert "another order" in otherwise.text
    assert [one["target"] for one in at.officer("GET", "leases")] == [TREES]
    other = at.ask(as_(at, "mallory"), "POST", "orders", {**order, "targets": [NEAR_TREES]})
    assert other.status_code == 200
    assert other.json() != first.json()


def test_an_order_into_a_slot_of_higher_rank_takes_that_rank(at: City) -> None:
    order = {"targets": [TREES], "value": "on", **WHY}
    emergency = at.ask(as_(at, "lin"), "POST", "orders", {**order, "slot": "emergency_order"})
    assert emergency.status_code == 409, emergency.text  # no state is declared
    assert at.officer("GET", "leases") == []
    for slot in ("life_safety", "equipment_protection", "flood_critical", "automatic", "default", "LIFE_SAFETY", "1"):
        assert at.ask(as_(at, "lin"), "POST", "orders", {**order, "slot": slot}).status_code == 422, slot


def test_a_pump_is_not_started_without_looking_whatever_else_is_said(at: City) -> None:
    order = {"targets": [f"{NEAR_PS}/P1"], "value": "start", **WHY, "take_over": True}
    refused(at, at.ask(as_(at, "lin"), "POST", "orders", order), "OBJECT_NOT_SELECTED")
