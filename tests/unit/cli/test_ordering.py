"""Orders from the keyboard to the field of a real controller: at once, selected, by two people, in an emergency."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.unit.cli.real_city import City, Desk
from tests.unit.runtime.soft_city import LC1, LC2, PS

K1, K2, FAR = f"{LC1}/K1", f"{LC1}/K2", f"{LC2}/K1"
PUMP = f"{PS}/P1"
FOR = ("--for", "30m", "--reason", "trying")
NIGHT = ("--for", "2h", "--reason", "trying")


@pytest.fixture
def operator(desk: Desk) -> Iterator[Desk]:
    """Somebody signed in; what they ordered ends with the test."""
    yield desk.signed_in("operator")
    for line in desk("leases", "--as", "local-cli").output.splitlines():
        if "until" in line:
            desk("release", line.split()[0], "--as", "local-cli")


@pytest.fixture
def pair(operator: Desk) -> Desk:
    """Two people signed in at one terminal."""
    return operator.signed_in("second")


def proposal_in(output: str) -> str:
    found = re.search(r"zhadao confirm (\w+)", output)
    assert found is not None, output
    return found[1]


def test_one_light_goes_at_once_and_is_followed_to_its_proof(operator: Desk) -> None:
    result = operator("set", K1, "on", *FOR)
    assert result.exit_code == 0, result.output
    assert "Preview" not in result.output
    assert "CONFIRMED by feedback" in result.output


def test_road_lights_on_go_at_once_however_many(operator: Desk) -> None:
    result = operator("set", K1, FAR, "on", *FOR)
    assert result.exit_code == 0, result.output
    assert "Preview" not in result.output
    assert "CONFIRMED 2" in result.output


@pytest.mark.parametrize(
    ("query", "targets"),
    [
        (("--division", "330106", "--lights", "landscape"), [K2]),
        (("--division", "330106", "--lights", "road"), [K1, FAR]),
        (("--grade", "special"), []),
        (("--road", "文三路"), []),
    ],
)
def test_lights_are_asked_for_by_what_and_where_they_are(
    operator: Desk, query: tuple[str, ...], targets: list[str]
) -> None:
    result = operator("set", *query, "on", *FOR, typed="n\n")
    assert [target for target in (K1, K2, FAR) if target in result.output] == targets
    if not targets:
        assert (result.exit_code, "no light fits" in result.stderr) == (2, True)


@pytest.mark.parametrize("query", [(), ("--lights", "blue"), ("--grade", "third")])
def test_a_value_alone_or_a_wrong_word_asks_for_what_is_meant(operator: Desk, query: tuple[str, ...]) -> None:
    assert operator("set", *query, "on", *FOR).exit_code == 2


def test_a_pump_is_selected_first_and_a_no_does_nothing(city: City, operator: Desk) -> None:
    result = operator("set", PUMP, "start", *FOR, typed="n\n")
    assert result.exit_code == 1
    for told in ("Preview 预览: start for 1 target", "+500.0 kW", "将动作的联锁", "到期后", "Operate it", "未执行"):
        assert told in result.output
    assert city.ask(lambda: city.assembly.book.decision(PUMP).winner.owner) != "operator"


@pytest.mark.parametrize("typed", ["", "\n", "no\n", "maybe\n"])
def test_only_a_yes_is_a_yes(operator: Desk, typed: str) -> None:
    assert operator("set", PUMP, "start", *FOR, typed=typed).exit_code == 1


def test_a_yes_operates_what_was_shown(operator: Desk) -> None:
    result = operator("set", PUMP, "start", *FOR, "--no-follow", typed="y\n")
    assert result.exit_code == 0, result.output
    assert f"{PUMP}: ACCEPTED" in result.output


def test_a_selection_that_ran_out_while_it_was_read_is_selected_anew_without_asking_twice(
    city: City, operator: Desk
) -> None:
    selections = city.assembly.controller.desks.orders._selections
    life_s, selections.life_s = selections.life_s, -1.0
    result = operator("set", PUMP, "start", *FOR, typed="y\n")
    assert result.exit_code == 1
    assert result.output.count("Operate it") == 1
    assert "REJECTED OBJECT_NOT_SELECTED" in result.output
    selections.life_s = life_s


def test_a_night_off_is_proposed_and_the_second_person_is_told_what_to_type(pair: Desk) -> None:
    result = pair("set", FAR, "off", *NIGHT, "--as", "operator", "--yes", "--no-follow")
    assert result.exit_code == 0, result.output
    assert "须第二人确认" in result.output
    assert "道路照明将在日落至日出之间关闭" in result.output
    proposal = proposal_in(result.output)
    assert f"zhadao confirm {proposal} --as second --data {pair.city.data}" in result.output
    assert proposal in pair("proposals").output

    own = pair("confirm", proposal, "--as", "operator", "--yes")
    assert (own.exit_code, "a second, different person confirms" in own.output) == (1, True)
    machine = pair("confirm", proposal, "--as", "local-cli", "--yes")
    assert (machine.exit_code, "is a machine" in machine.output) == (1, True)
    hesitant = pair("confirm", proposal, "--as", "second", typed="n\n")
    assert (hesitant.exit_code, "operator proposes 提请: trying" in hesitant.output) == (1, True)
    done = pair("confirm", proposal, "--as", "second", typed="y\n")
    assert done.exit_code == 0, done.output
    assert "CONFIRMED 1" in done.output

    late = pair("confirm", proposal, "--as", "second", "--yes")
    assert late.exit_code == 1
    assert "operator+second" in pair("requests", "--who", "operator").output


def test_the_proposer_who_waits_sees_it_confirmed_and_done(pair: Desk) -> None:
    with pair.spawn("set", FAR, "off", *NIGHT, "--as", "operator", "--yes") as waiting:
        assert waiting.stdout is not None
        lines = []
        for line in waiting.stdout:
            lines.append(line)
            if line.startswith("Waiting for them"):
                break
        assert pair("confirm", proposal_in("".join(lines)), "--as", "second", "--yes").exit_code == 0
        lines += waiting.stdout.readlines()
        assert waiting.wait(20) == 0, "".join(lines)
    assert "Confirmed by second" in "".join(lines)
    assert "CONFIRMED 1" in "".join(lines)


def test_the_proposer_who_waits_hears_a_no(pair: Desk) -> None:
    with pair.spawn("set", FAR, "off", *NIGHT, "--as", "operator", "--yes") as waiting:
        assert waiting.stdout is not None
        lines = []
        for line in waiting.stdout:
            lines.append(line)
            if line.startswith("Waiting for them"):
                break
        refused = pair("refuse", proposal_in("".join(lines)), "--reason", "people there", "--as", "second")
        assert refused.exit_code == 0, refused.output
        lines += waiting.stdout.readlines()
        assert waiting.wait(20) == 1
    assert "未获确认" in "".join(lines)


def test_a_proposal_is_withdrawn_by_its_proposer_only(pair: Desk) -> None:
    told = pair("set", FAR, "off", *NIGHT, "--as", "operator", "--yes", "--no-follow").output
    proposal = proposal_in(told)
    assert pair("withdraw", proposal, "--as", "second").exit_code == 1
    assert pair("withdraw", proposal, "--as", "operator").exit_code == 0
    assert proposal not in pair("proposals").output


def test_a_machine_is_told_to_sign_in_before_it_proposes_anything(desk: Desk) -> None:
    result = desk("set", FAR, "off", *NIGHT, "--yes")
    assert (result.exit_code, "zhadao sign-in NAME" in result.output) == (1, True)
    assert "PROPOSED" not in result.output


def test_under_a_declared_response_one_person_acts_and_another_countersigns(pair: Desk) -> None:
    declared = pair("state", "declare", "lighting", "flood_ii", "--for", "2h", "--reason", "storm", "--as", "operator")
    assert declared.exit_code == 0, declared.output
    state = declared.output.split("id ")[1].split()[0]
    try:
        alone = pair("set", FAR, "off", *NIGHT, "--as", "operator", "--yes", "--no-follow")
        assert alone.exit_code == 0, alone.output
        assert "可单人操作" in alone.output
        assert "须两小时内补签" in alone.output
        assert "待补签" in pair("proposals").output
        assert pair("countersign", "--as", "operator").exit_code == 1
        assert pair("countersign", "--as", "second").exit_code == 0
        assert "待补签" not in pair("proposals").output
    finally:
        assert pair("state", "end", state, "--reason", "over", "--as", "operator").exit_code == 0


def test_an_emergency_stop_asks_nobody_not_even_who_it_is_and_two_people_take_it_back(pair: Desk) -> None:
    stopped = pair("stop", PUMP, "--reason", "smoke")
    assert stopped.exit_code == 0, stopped.output
    assert "ACCEPTED" in stopped.output
    assert "in the name of second" in stopped.output
    assert f"zhadao take-back {PUMP}" in stopped.output
    proposed = pair("take-back", PUMP, "--reason", "coupling replaced", "--no-follow", "--as", "operator")
    back = pair("confirm", proposal_in(proposed.output), "--as", "second", "--yes")
    assert back.exit_code == 0, back.output
    assert "is taken back" in back.output


def test_a_stop_of_nothing_says_so(operator: Desk) -> None:
    assert operator("stop", f"{LC1}/K9").exit_code == 1


def test_a_request_is_looked_at_extended_and_aborted(operator: Desk) -> None:
    operator("set", K1, "on", *FOR, "--no-follow")
    request = operator("requests", "--who", "operator", "--limit", "1").output.split()[0]
    whole = operator("request", request, "--follow")
    assert whole.exit_code == 0, whole.output
    assert "order on in district_manual by operator: trying" in whole.output
    lease = operator("leases", "--owner", "operator", "--target", K1).output.split()[0]
    extended = operator("extend", lease, "--for", "45m", "--reason", "takes longer")
    assert extended.exit_code == 0, extended.output
    assert operator("extend", request, "--request", "--for", "50m", "--reason", "still").exit_code == 0
    aborted = operator("abort", request, "--reason", "wrong street")
    assert aborted.exit_code == 0, aborted.output
    assert operator("leases", "--owner", "operator", "--target", K1).output.strip().startswith("none")
    assert operator("request", "no-such").exit_code == 1


def test_a_longer_extension_becomes_a_standing_order_that_a_shift_confirms(pair: Desk) -> None:
    pair("set", K2, "on", *FOR, "--no-follow", "--as", "operator")
    lease = pair("leases", "--target", K2).output.split()[0]
    proposed = pair("extend", lease, "--for", "48h", "--reason", "works", "--no-follow", "--as", "operator")
    assert proposed.exit_code == 0, proposed.output
    assert pair("confirm", proposal_in(proposed.output), "--as", "second", "--yes").exit_code == 0
    standing = pair("standing", "list").output
    assert "district_manual: on" in standing
    confirmed = pair("standing", "confirm", standing.split()[0], "--reason", "goes on", "--as", "second")
    assert confirmed.exit_code == 0, confirmed.output
