"""One shape for every refusal: what went wrong, in a sentence, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Route

from controller.domain.errors import (
    ControllerError,
    InvalidValue,
    NothingStands,
    NotPermitted,
    SignInRefused,
    StoreError,
    UnknownTarget,
)
from controller.runtime.authority import Denial


class Problem(BaseModel):
    """The body of every answer that is not what was asked for."""

    model_config = ConfigDict(frozen=True)

    error: str = Field(description="The field's word for it, stable for programs: `UNKNOWN_TARGET`.")
    message: str = Field(description="What happened and where, for people.")
    what_to_do: str = Field(description="The next step.")


class Refusal(Exception):
    """Raised inside a route to answer with a problem."""

    def __init__(self, status: int, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.message)
        self.status = status
        self.problem = problem
        self.headers = dict(headers or {})


_SIGN_IN = "POST name and secret to /api/v1/sign-in, then send the token as `Authorization: Bearer TOKEN`"


def unauthorised(message: str) -> Refusal:
    """401: no token, or one that means nothing (any more)."""
    problem = Problem(error="NOT_SIGNED_IN", message=message, what_to_do=_SIGN_IN)
    return Refusal(401, problem, {"WWW-Authenticate": "Bearer"})


def denied(denial: Denial) -> Refusal:
    """403: signed in, and still no."""
    advice = "ask somebody who holds that right, or sign in as them"
    return Refusal(403, Problem(error=denial.cause, message=denial.text, what_to_do=advice))


def too_many(retry_after: str) -> Refusal:
    """429: asked too often."""
    said = "too many requests in too short a time 请求过于频繁"
    advice = "wait for the time the Retry-After header says (seconds), and ask more seldom from then on"
    problem = Problem(error="TOO_MANY_REQUESTS", message=said, what_to_do=advice)
    return Refusal(429, problem, {"Retry-After": retry_after})


_TITLES: dict[int, tuple[str, str]] = {
    404: ("NOT_FOUND", "the routes there are: /openapi.json"),
    405: ("METHOD_NOT_ALLOWED", "use a method the Allow header names"),
    413: ("TOO_LARGE", "send at most 1 MB: split the targets over several orders"),
}

_MISSPELT = "check the name: it is misspelt, or it is gone (assets: GET /api/v1/assets)"
_EXAMPLES: dict[int, Problem] = {
    401: Problem(
        error="NOT_SIGNED_IN",
        message="this needs a token and none was sent",
        what_to_do=_SIGN_IN,
    ),
    403: Problem(
        error="NO_ACCESS_AUTHORITY",
        message="viewer may not operate here; ask an administrator",
        what_to_do="ask somebody who holds that right, or sign in as them",
    ),
    404: Problem(
        error="UNKNOWN_TARGET",
        message="330106-LC-9999 is no asset of this site",
        what_to_do=_MISSPELT,
    ),
    413: Problem(error="TOO_LARGE", message="the request is longer than 1000000 bytes", what_to_do=_TITLES[413][1]),
    422: Problem(
        error="INVALID_VALUE",
        message="'maybe' is not a value of a circuit; say on | off",
        what_to_do="correct the value and send it again",
    ),
    429: Problem(
        error="TOO_MANY_TRIES",
        message="too many tries; the next one is looked at in 8 s 尝试过多，请稍候",
        what_to_do="wait for the time the Retry-After header says (seconds), then try once",
    ),
    503: Problem(
        error="JOURNAL_UNAVAILABLE",
        message="the journal at data/journal.sqlite cannot be written: disk full",
        what_to_do="make room for the data folder; automation and protection go on meanwhile",
    ),
}

_MEANINGS: dict[int, str] = {
    401: "Not signed in, or the token is no longer valid.",
    403: "Signed in, but without the right to do this.",
    404: "No such asset, output or thing in this site.",
    413: "The request is larger than the server accepts.",
    422: "The request does not make sense as it stands; the message says what would.",
    429: "Too many tries or requests; the Retry-After header says how long to wait.",
    503: "The controller cannot do this now; the message says what is missing.",
}


_SHAPES = "#/components/schemas/{model}"
_SHAPE = {"$ref": _SHAPES.format(model=Problem.__name__)}
"""A refusal's body, by its name: as a ``model`` of a route the framework would work it out anew for every refusal of
every route, a thousand times."""


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` entry of a route for these statuses, with an example each."""
    return {
        status: {
            "description": _MEANINGS[status],
            "content": {"application/json": {"schema": _SHAPE, "example": _EXAMPLES[status].model_dump()}},
        }
        for status in statuses
    }


def answer(status: int, problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem as a response."""
    return JSONResponse(problem.model_dump(), status, headers=dict(headers or {}))


class DescribedApi(FastAPI):
    """An app whose description tells the shape of a refusal once."""

    def openapi(self) -> dict[str, Any]:
        """The whole API, by OpenAPI."""
        described = super().openapi()
        shapes: dict[str, Any] = described.setdefault("components", {}).setdefault("schemas", {})
        shapes.setdefault(Problem.__name__, Problem.model_json_schema(ref_template=_SHAPES))
        return described


def install(app: FastAPI) -> None:
    """Make every error leave this app in the one shape."""
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(SignInRefused, _on_sign_in_refused)
    app.add_exception_handler(ControllerError, _on_controller_error)
    app.add_exception_handler(Exception, _on_defect)


async def _on_refusal(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)  # noqa: S101 - tells mypy what the registration guarantees
    return answer(error.status, error.problem, error.headers)


async def _on_invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    sentences = [f"{_where(fault['loc'])}: {fault['msg']}" for fault in error.errors()[:10]]
    problem = Problem(
        error="INVALID_REQUEST",
        message="; ".join(sentences),
        what_to_do="correct what is named and send it again; /openapi.json has an example",
    )
    return answer(422, problem)


def _where(loc: tuple[int | str, ...]) -> str:
    place, *path = loc
    return f"{place} {'.'.join(str(part) for part in path)}".strip()


_UNREADABLE = Problem(
    error="INVALID_REQUEST",
    message="the body cannot be read: it is not JSON in UTF-8",
    what_to_do="send JSON in UTF-8; /openapi.json has an example",
)


async def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    if error.status_code == 400:  # the framework's word for bytes that are no text; JSON that is none is a 422 already
        return answer(422, _UNREADABLE)
    title, advice = _TITLES.get(error.status_code, (f"HTTP_{error.status_code}", "see /openapi.json"))
    problem = Problem(error=title, message=str(error.detail), what_to_do=advice)
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
    return answer(error.status_code, problem, headers)


def _allowed(request: Request) -> str:
    """Every method of this path: the framework names those of the first route only."""
    routes = (route for route in request.app.routes if isinstance(route, Route))
    matching = (route for route in routes if route.path_regex.match(request.scope["path"]))
    methods = {method for route in matching for method in route.methods or ()}
    return ", ".join(sorted(methods))


async def _on_sign_in_refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SignInRefused)  # noqa: S101 - as above
    if error.retry_after_s > 0.0:
        wait = {"Retry-After": str(math.ceil(error.retry_after_s))}
        advice = "wait for the time the Retry-After header says (seconds), then try once"
        return answer(429, Problem(error="TOO_MANY_TRIES", message=str(error), what_to_do=advice), wait)
    refusal = unauthorised(str(error))
    return answer(refusal.status, refusal.problem, refusal.headers)


async def _on_controller_error(_request: Request, error: Exception) -> JSONResponse:
    status, word, advice = _FOR_ERROR.get(
        type(error), (503, "CONTROLLER_ERROR", "read the message; the controller's log has more")
    )
    return answer(status, Problem(error=word, message=str(error), what_to_do=advice))


_FOR_ERROR: dict[type[Exception], tuple[int, str, str]] = {
    UnknownTarget: (404, "UNKNOWN_TARGET", _MISSPELT),
    NothingStands: (404, "UNKNOWN_TARGET", "nothing was changed; look at what stands now 未作任何更改，请重新查看"),
    InvalidValue: (422, "INVALID_VALUE", "correct the value and send it again"),
    NotPermitted: (403, "NO_ACCESS_AUTHORITY", "ask somebody who holds that right, or sign in as them"),
    StoreError: (503, "JOURNAL_UNAVAILABLE", "look after the data folder; automation and protection go on meanwhile"),
}


async def _on_defect(_request: Request, _error: Exception) -> JSONResponse:
    problem = Problem(
        error="DEFECT",
        message="the controller failed to answer this; what it was doing is in its log",
        what_to_do="report it with the time and the request; nothing was decided by this request's answer",
    )
    return answer(500, problem)
