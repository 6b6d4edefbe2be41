"""Rights are asked member by member at the desk, and again when a selection is operated or confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from controller.domain.assets import City
from controller.domain.rights import Caller, Grant, OwnerClass, Right, Role, Scope
from controller.domain.slots import Slot
from controller.logic.preview import Effect
from controller.runtime.commanding.permission import Asking
from controller.runtime.people.permissions import Permissions
from controller.runtime.views import Receipt
from controller.store.journal_read import read
from tests.unit.runtime.soft_city import LC1, PS, SoftCity, person, soft_city

ROAD, TREES = f"{LC1}/K1", f"{LC1}/K2"
WATER_OF_A_STATION = (Grant(Role.WATER_OPERATOR, Scope.parse(f"station:{PS}")),)


def ask(city: SoftCity, grants: Mapping[str, Sequence[Grant]]) -> None:
    """The desks ask real permissions; who holds what is the test's."""
    permissions = Permissions(city.site.city, {}, lambda caller: tuple(grants.get(caller.actor, ())))
    asking = Asking(permissions)
    city.assembly.commanding.authorise_by(asking)
    city.assembly.proposals.authorise_by(asking.objection)


async def test_a_preview_leaves_out_what_the_caller_may_not_operate(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        ask(city, {"lin": WATER_OF_A_STATION})
        preview = await city.select(PS, value="count 1", slot="district_manual")
        assert preview.targets[0].effect is Effect.CHANGE
        preview = await city.select(ROAD, value="on", slot="district_manual")
        assert (preview.targets[0].cause, preview.token) == ("NO_ACCESS_AUTHORITY", "")


async def test_a_slot_beyond_the_callers_rank_is_refused_also_for_what_protects(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        ask(city, {"lin": (Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330106")),)})
        (city_wide,) = (await city.order(ROAD, value="on", slot="city_manual")).outcomes
        (own,) = (await city.order(ROAD, value="on", slot="district_manual")).outcomes
        assert (city_wide.cause, own.accepted) == ("NO_ACCESS_AUTHORITY", True)


async def test_rights_that_went_since_the_selection_refuse_its_token(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        grants: dict[str, Sequence[Grant]] = {"lin": WATER_OF_A_STATION}
        ask(city, grants)
        preview = await city.select(PS, value="count 1", slot="district_manual")
        grants.clear()
        receipt = await city.operate(preview)
        assert isinstance(receipt, Receipt)
        assert [outcome.cause for outcome in receipt.outcomes] == ["NOT_READY"]
        assert city.assembly.book.holder(PS, Slot.DISTRICT_MANUAL) is None


async def test_nobody_empties_a_slot_they_could_not_have_filled(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        district = (Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330106")),)
        ask(city, {"lin": (Grant(Role.LIGHTING_OPERATOR),), "xu": district})
        desk = city.controller.desks.orders
        (citys,) = (await city.order(ROAD, value="on", slot="city_manual")).outcomes
        (own,) = (await city.order(ROAD, value="on", slot="district_manual", actor="xu")).outcomes
        assert citys.lease_id
        assert own.lease_id
        receipt = await desk.release_all([citys.lease_id, own.lease_id], person("xu"), "enough")
        assert [outcome.cause for outcome in receipt.outcomes] == ["NO_ACCESS_AUTHORITY", ""]
        assert city.assembly.book.holder(ROAD, Slot.CITY_MANUAL) is not None
        assert city.assembly.book.holder(ROAD, Slot.DISTRICT_MANUAL) is None
    lines = [record.kind for record in read(tmp_path / "data") if record.actor == "xu"]
    assert {"release", "release_denied"} <= set(lines)


def test_an_objection_is_the_authoritys_own_sentence() -> None:
    asking = Asking(_nobody())
    assert "may not confirm" in asking.objection(person("lin"), Right.CONFIRM, (), OwnerClass.PUMPS)
    assert asking.outside(Caller("lin"), Slot.CITY_MANUAL, ("x",)) == {"x": "lin may not operate this in city_manual"}


def _nobody() -> Permissions:
    return Permissions(City({}, {}, {}, {}, {}), {}, lambda _: ())


OFFICER = (Grant(Role.DUTY_OFFICER),)


async def test_what_somebody_proposed_who_was_disabled_meanwhile_is_confirmed_by_nobody(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        grants: dict[str, Sequence[Grant]] = {"lin": OFFICER, "wang": OFFICER}
        ask(city, grants)
        desks = city.controller.desks
        await desks.orders.stop(ROAD, person("zhao"), "somebody touches the pole")
        tag = (await desks.tags.hang(LC1, person("zhao"), reason="works there")).tag
        assert tag is not None
        stop = await desks.orders.propose_return(ROAD, person("lin"), "it is dry")
        removal = await desks.tags.propose_removal(tag.id, person("lin"), reason="zhao is ill", on_site="li looked")
        del grants["lin"]
        for proposal in (stop, removal):
            (outcome,) = (await desks.proposals.confirm(proposal.id, person("wang"))).outcomes
            assert (outcome.accepted, outcome.cause) == (False, "NO_ACCESS_AUTHORITY")
            assert "proposer" in outcome.text
        assert city.assembly.book.holder(ROAD, Slot.LIFE_SAFETY) is not None
        grants["lin"] = OFFICER
        assert (await desks.proposals.confirm(stop.id, person("wang"))).outcomes[0].accepted


async def test_a_tag_on_a_whole_cabinet_is_not_taken_down_from_another_division(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        elsewhere = (Grant(Role.DUTY_OFFICER, Scope.parse("division:330108")),)
        ask(city, {"lin": OFFICER, "wang": elsewhere, "zhao": OFFICER})
        desks = city.controller.desks
        tag = (await desks.tags.hang(LC1, person("zhou"), reason="works there")).tag
        assert tag is not None
        proposal = await desks.tags.propose_removal(tag.id, person("lin"), reason="zhou is ill", on_site="li looked")
        (outcome,) = (await desks.proposals.confirm(proposal.id, person("wang"))).outcomes
        assert (outcome.accepted, outcome.cause) == (False, "NO_ACCESS_AUTHORITY")
        assert desks.tags.on(ROAD) is not None
        assert (await desks.proposals.confirm(proposal.id, person("zhao"))).outcomes[0].accepted


async def test_a_confirmation_that_did_nothing_is_taken_back_in_the_journal(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        desks = city.controller.desks
        tag = (await desks.tags.hang(LC1, person("zhou"), reason="works there")).tag
        assert tag is not None
        proposal = await desks.tags.propose_removal(tag.id, person("lin"), reason="zhou is ill", on_site="li looked")
        (outcome,) = (await desks.proposals.confirm(proposal.id, person("zhou"))).outcomes
        assert not outcome.accepted, "its owner is none of the two others"
    kinds = [line.kind for line in read(tmp_path / "data")]
    said = [kind for kind in kinds if kind.startswith("proposal_c")]
    assert said == ["proposal_confirmed", "proposal_confirmed_void"]
