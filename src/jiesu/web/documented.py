"""Which refusals each operation of the API may answer with, written into its documentation in one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
    SecurityScheme,
)
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute
from litestar.status_codes import HTTP_204_NO_CONTENT

from jiesu.web.actions import ACTIONS
from jiesu.web.problems import MEDIA_TYPE, Problem

__all__ = ["BEARER", "ProblemsDocumented", "StepOperation", "refusal"]

#: How staff are known to the API.
BEARER: dict[str, SecurityScheme | Reference] = {
    "bearer": SecurityScheme(type="http", scheme="bearer", description="The token of `POST /session`.")
}

_WORDS = {
    400: "The request is malformed: `field` names the part at fault.",
    401: "Nobody is signed in, or no longer.",
    403: "The person may not do this, or must do something else first.",
    404: "There is nothing of that name, or nothing that the asker may know of.",
    409: "The state of things forbids it now.",
    413: "The body is too large.",
    422: "The input breaks a rule: `field` names it, `detail` says what to do.",
    429: "Too often: `Retry-After` says how long to wait.",
    503: "The database or the session store is away; nothing was saved.",
}
#: Where some handlers ask for themselves who is signed in.
THEMSELVES = ("/api/v1/desk/", "/api/v1/my/tickets")
#: Parameters of handlers for which somebody must be signed in; those that are no input of the caller.
_SIGNED_IN = frozenset({"person", "staff"})
_OURS = frozenset({"self", "uow", "rules", "locale", "state", "scope", *_SIGNED_IN})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ProblemsDocumented(ReceiveRoutePlugin):
    """Every route under `/api/` gets the problem documents that fit what it takes and asks; its own come first."""

    def receive_route(self, route: BaseRoute) -> None:
        """Called for each route as it is registered."""
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/"):
            for handler in route.route_handlers:
                common = {status: refusal(status) for status in _statuses(handler, route.path)}
                if handler.status_code == HTTP_204_NO_CONTENT:
                    common[HTTP_204_NO_CONTENT] = ResponseSpec(None, description="Done; there is nothing to say.")
                handler.responses = common | dict(handler.responses or {})
                handler.security = [{"bearer": []}] if 401 in common else None


def refusal(status: int) -> ResponseSpec:
    """A problem document with that status."""
    return ResponseSpec(Problem, generate_examples=False, description=_WORDS[status], media_type=MEDIA_TYPE)


def _statuses(handler: HTTPRouteHandler, path: str) -> Iterator[int]:
    taken = set(handler.parsed_fn_signature.parameters)
    if taken - _OURS:
        yield from (400, 404, 422)
    if taken & _SIGNED_IN or path.startswith(THEMSELVES):
        yield from (401, 403)
    if not handler.http_methods <= _SAFE:
        yield from (409, 413)
    yield from (429, 503)


@dataclass
class StepOperation(Operation):
    """The operation of all steps, which reads body and version itself: one shape of body for each action."""

    def __post_init__(self) -> None:
        shapes = {action.body: _shape(action.body) for action in ACTIONS.values()}
        schema = Schema(any_of=list(shapes.values()))
        self.request_body = RequestBody({"application/json": OpenAPIMediaType(schema)}, required=False)
        version = Parameter(
            name="If-Match",
            param_in="header",
            schema=Schema(type=OpenAPIType.STRING),
            description='The version last seen, such as `"3"`, as the ETag had it.',
            required=False,
        )
        self.parameters = [*(self.parameters or []), version]


def _shape(body: type[Any]) -> Any:
    """The body's JSON Schema with nothing to look up elsewhere."""
    known = msgspec.json.schema(body)["$defs"]
    shape = known[body.__name__]
    fields = shape["properties"].items()
    return shape | {"properties": {name: known.get(_referred(field), field) for name, field in fields}}


def _referred(field: dict[str, Any]) -> str:
    return str(field.get("$ref", "")).rpartition("/")[2]
