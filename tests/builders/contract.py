"""Requests drawn from the OpenAPI document, aimed at what is really there, and their answers held against it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import requests
import schemathesis
from httpx import AsyncClient, InvalidURL, Response
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from jiesu.kernel import Kernel
from jiesu.surveys.send import latest_survey, survey_token
from jiesu.tickets.words import Status
from jiesu.web.actions import ACTIONS
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE
from tests.builders.make import Made, Make
from tests.builders.oddities import Wire

__all__ = ["World", "described", "draw", "raw", "send", "settle", "shown", "wrong_with"]

BASE = "http://testserver.local"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: tests/web/test_stream.py listens to that one.
ENDLESS = "/api/v1/stream"
#: A step's body that fits, so that some steps go through.
BODIES: dict[str, dict[str, Any]] = {
    "contact": {"outcome": "reached", "note": "电话说明了办理安排"},
    "refuse_acceptance": {"reason": "outside", "basis": "请向医保部门申请。"},
    "serve": {"way": "post", "receiver": "张建国"},
    "convert": {"track": "PETITION", "reason": "本人要求按信访办理"},
    "decide_recheck": {"verdict": "upheld", "opinion": "原意见事实清楚。"},
    "decide_review": {"verdict": "changed", "opinion": "补发到2024年。"},
    "divert": {"reason": "litigation", "pointer": "请向承办法院反映。"},
    "dispatch": {"unit": STATION, "class": "P2"},
    "reclass": {"class": "P3", "reason": "涉及几个单位"},
    "extend": {"until": "2026-11-12", "reason": "等档案馆的调档函"},
    "request_info": {"question": "请补充退役证照片"},
    "submit": {"result": "已核实并补发三个月抚恤金。"},
    "plan": {"plan": "先查档案，再开联席会。"},
}


@dataclass
class World:
    """What is there to be asked for, and a way to choose from it."""

    tickets: list[Made]
    tokens: list[str]
    chance: random.Random
    names: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    async def make(cls, make: Make, kernel: Kernel, number: int = 0) -> World:
        """A ticket in every state, one sealed, one that accuses a county, and the links of their surveys."""
        made = [await make.ticket(state) for state in Status if state not in (Status.LISTED, Status.MERGED)]
        made.append(await make.filed(nature="report", text="我要举报站里的工作人员收受好处费，替人虚报材料。"))
        made.append(await make.filed(accused_unit=COUNTY))
        tokens = []
        async with kernel.db.begin() as uow:
            for ticket in made:
                survey = await latest_survey(uow, ticket.id)
                tokens += [survey_token(kernel.keys, ticket.id, survey.round)] if survey else []
        names = {
            "action": list(ACTIONS),
            "id": [1, 2, 3, 4, 9],
            "unit": [STATION, VILLAGE, COUNTY, CITY],
            "year": [2026, 2027],
            "username": [f"officer-{STATION}".lower(), f"administrator-{CITY}".lower()],
            "token": tokens,
        }
        return cls(made, tokens, random.Random(number), names)

    def aim(self, case: Case, *, knows_codes: bool) -> Case:
        """Put names of what exists into three of four requests; a query code only for whoever knows it."""
        if self.chance.random() < 0.25:
            return case
        ticket = self.chance.choice(self.tickets)
        path = dict(case.path_parameters or {})
        for name in path:
            path[name] = ticket.number if name == "number" else self._one(name, path[name])
        case.path_parameters = path
        query = dict(case.query or {})
        if knows_codes and ("code" in query or "{number}" in case.path):
            case.query = query | {"code": ticket.code}
        elif "unit" in query:
            case.query = query | {"unit": self._one("unit", query["unit"])}
        if "action" in path and self.chance.random() < 0.6:
            case.body = BODIES.get(str(path["action"]), {})
            case.headers = {}
        return case

    def example(self, operation: APIOperation, headers: dict[str, bytes]) -> tuple[Case, Wire]:
        """A request that would do, as the petitioner of the first ticket or its staff would send it."""
        case = operation.Case(method=operation.method.upper())
        given = {parameter.name: parameter.location for parameter in operation.iter_parameters()}
        ticket = self.tickets[0]
        known = {"number": ticket.number, "code": ticket.code, "action": "note", "letter": "1", "session": "x"}
        known |= {name: values[0] for name, values in self.names.items() if values and name not in known}
        case.path_parameters = {name: known.get(name, "x") for name, where in given.items() if where == "path"}
        case.query = {name: str(known.get(name, "")) for name, where in given.items() if where == "query"}
        query = urlencode({name: value for name, value in case.query.items() if value})
        return case, Wire(operation.method.upper(), case.formatted_path, query, headers)

    def _one(self, name: str, otherwise: Any) -> Any:
        return self.chance.choice(self.names[name]) if self.names.get(name) else otherwise


def described(document: dict[str, Any]) -> list[APIOperation]:
    """Every operation of the document whose answer ends."""
    load_all_checks()
    found = [operation.ok() for operation in schemathesis.openapi.from_dict(document).get_all_operations()]
    return [operation for operation in found if operation.path != ENDLESS]


def draw(operation: APIOperation, number: int, start: int) -> list[Case]:
    """So many requests as the document has them, and as many that it does not allow; the same for the same start."""
    return [case for mode in GenerationMode for case in _drawn(operation, mode, number, start)]


def _drawn(operation: APIOperation, mode: GenerationMode, number: int, start: int) -> list[Case]:
    found: list[Case] = []

    @seed(start)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def take(case: Case) -> None:
        found.append(case)

    try:
        take()
    except Unsatisfiable:  # an operation that takes nothing cannot be asked wrongly
        return []
    return found


def settle(case: Case, headers: dict[str, str]) -> requests.PreparedRequest:
    """The request to the byte, from whoever these headers say it is, whatever the case would have sent instead."""
    request = requests.Request(**_sendable(case.as_transport_kwargs(base_url=BASE))).prepare()
    request.headers.pop("Authorization", None)
    request.headers.update(headers)
    return request


def _sendable(given: dict[str, Any]) -> dict[str, Any]:
    known = ("method", "url", "headers", "files", "data", "params", "auth", "cookies", "json")
    return {name: value for name, value in given.items() if name in known}


def raw(client: AsyncClient, wire: Wire) -> httpx.Request:
    """The request as it is, whatever a client would make of it."""
    client.cookies.clear()
    url = httpx.URL(BASE).copy_with(raw_path=f"{wire.path}?{wire.query}".encode())
    return httpx.Request(wire.method, url, headers=list(wire.headers.items()), content=wire.body)


async def send(client: AsyncClient, request: requests.PreparedRequest) -> Response | None:
    """The answer; None for a request that no client would send."""
    client.cookies.clear()
    body = request.body.encode() if isinstance(request.body, str) else request.body
    try:
        return await client.request(str(request.method), str(request.url), content=body, headers=dict(request.headers))
    except (InvalidURL, UnicodeEncodeError):
        return None


def wrong_with(case: Case, reply: Response) -> Iterator[str]:
    """What the answer has that the document does not, or faults of ours."""
    try:
        refuses_work = case.operation.label == "GET /health/work"  # 503 is what it has to say: no worker runs here
        case.validate_response(reply, checks=CHECKS[1:] if refuses_work else CHECKS)
    except FailureGroup as failures:
        yield from (_said(case, reply, failure) for failure in failures.exceptions)


def _said(case: Case, reply: Response, failure: BaseException) -> str:
    request = reply.request
    asked = f"{request.method} {request.url!s:.300} {request.content[:300]!r}"
    return f"{case.operation.label}: {type(failure).__name__} {reply.status_code} {reply.text[:300]} after {asked}"


def shown(wrong: Sequence[str]) -> str:
    """One line a kind."""
    return "\n".join(sorted({line.partition(" after ")[0]: line for line in wrong}.values())[:40])
