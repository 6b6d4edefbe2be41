"""How acts are answered: 200 with what came of it, 202 with what now waits for a second person, 409 with why not."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from fastapi.responses import JSONResponse
from pydantic_core import to_jsonable_python

from controller.api import examples
from controller.api.examples import documented
from controller.api.problems import refusals
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt

Responses = dict[int | str, dict[str, Any]]

ACT = refusals(401, 403, 413, 422, 429, 503)
"""What every act may answer besides."""
SEE = refusals(401, 403, 422, 429)
"""What every look may answer besides."""
_WAITS = "Not done yet: a second, different person has to confirm it within five minutes."


class Done(Protocol):
    """A receipt for one act."""

    @property
    def accepted(self) -> bool:
        """Whether it was done."""
        ...


R = TypeVar("R", bound=Done)


def seen(example: object, description: str, *more: int) -> Responses:
    """The documented answers of a look."""
    return {200: documented(example, description), **SEE, **refusals(*more)}


def acted(done: str, refused: str, *more: int, proposed: bool = False) -> Responses:
    """The documented answers of an act on targets."""
    answers: Responses = {200: documented(examples.RECEIPT, done)}
    if proposed:
        answers[202] = {"model": ProposalView, **documented(examples.PROPOSAL, _WAITS)}
    answers[409] = {"model": Receipt, **documented(examples.REFUSED_RECEIPT, refused)}
    return {**answers, **ACT, **refusals(*more)}


def proposed(*more: int) -> Responses:
    """The documented answers of an act that always takes a second person."""
    return {202: documented(examples.PROPOSAL, _WAITS), **ACT, **refusals(*more)}


def settled(model: type, done: object, refused: object, *more: int) -> Responses:
    """The documented answers of an act with a receipt of its own kind."""
    return {
        200: documented(done, "Done."),
        409: {"model": model, **documented(refused, "Not done; says why.")},
        **ACT,
        **refusals(*more),
    }


def answer(came: Receipt | ProposalView) -> JSONResponse:
    """200 when at least one target accepted, 202 for a proposal, 409 when every target refused."""
    if isinstance(came, ProposalView):
        return JSONResponse(to_jsonable_python(came), 202)
    accepted = any(outcome.accepted for outcome in came.outcomes)
    return JSONResponse(to_jsonable_python(came), 200 if accepted else 409)


def verdict(receipt: R) -> R | JSONResponse:
    """The receipt; with 409 when it says no."""
    return receipt if receipt.accepted else JSONResponse(to_jsonable_python(receipt), 409)
