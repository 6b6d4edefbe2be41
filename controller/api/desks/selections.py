"""Select before operate: look at what an order would do, then do exactly that, once, soon."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from controller.api import examples_acts as examples
from controller.api.answers import ACT, acted, answer
from controller.api.examples import documented
from controller.api.inputs import OperateInput, OrderInput
from controller.api.security import Caller, require
from controller.api.state import SharedState
from controller.domain.rights import Right
from controller.domain.slots import Slot
from controller.runtime.commanding.views import Preview
from controller.runtime.views import Receipt

router = APIRouter(prefix="/api/v1", tags=["act"])


@router.post(
    "/selections",
    summary="Select: what would this order do?",
    responses={200: documented(examples.PREVIEW, "What would happen, and a token to do exactly that."), **ACT},
)
async def select(shared: SharedState, caller: Caller, wanted: OrderInput) -> Preview:
    """Does nothing and holds nothing. The token works once, within 30 s, for this session only.

    It dies of any change of what was shown; targets lost meanwhile only narrow it. An empty token: nothing is left to
    operate, each target says why. `second_person` says why somebody else will have to confirm.
    """
    require(shared, caller, Right.SELECT, wanted.targets, slot=Slot[wanted.slot.upper()])
    return await shared.facade.desks.orders.select(wanted.order(), caller.caller)


@router.post(
    "/selections/operate",
    summary="Operate what was selected",
    response_model=Receipt,
    responses=acted(
        "At least one target accepted; look at every outcome.",
        "Nothing was done: the token was used, ran out or is another's, or what it showed has changed.",
        proposed=True,
    ),
)
async def operate(shared: SharedState, caller: Caller, given: OperateInput) -> JSONResponse:
    """202 with a proposal when it takes a second person. The token is used up whatever comes of it.

    The right to operate each target is asked once more.
    """
    require(shared, caller, Right.OPERATE)
    return answer(await shared.facade.desks.orders.operate(given.token, caller.caller))
