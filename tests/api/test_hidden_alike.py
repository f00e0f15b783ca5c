"""A ticket that may not be known of and one that does not exist: the same answer to the byte, on every address that names one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from httpx import AsyncClient, Response
from litestar.routes import HTTPRoute

from jiesu.accounts.roles import Role
from jiesu.kit.numbers import format_number
from jiesu.web.actions import ACTIONS
from tests.builders.desk import SMALLEST
from tests.builders.forms import CITY, COUNTY, STATION

#: Well formed, or it would not even be looked for.
UNKNOWN = format_number(date(2026, 1, 1), 1)
BLIND = {Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR}
BODIES = SMALLEST | {
    "reclass": {"class": "P9", "category": "0401", "reason": "x"},
    "dispatch": {"unit": STATION, "class": "P9"},
}
#: What a page says of the address it stands at and of itself alone.
OWN_HEADERS = {"content-length", "set-cookie", "date", "x-request-id"}


@pytest.fixture
async def hidden(make) -> dict[str, str]:
    """Numbers that nobody at the station may know of."""
    report = "我要举报站里的工作人员收受好处费，替人虚报材料。"
    made = {
        "sealed": await make.filed(text=report, nature="report"),
        "accusing": await make.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY),
        "of others": await make.ticket("awaiting_survey", unit="VS-150103001", place="150103001001"),
    }
    return {kind: ticket.number for kind, ticket in made.items()}


def addresses(client: AsyncClient) -> Iterator[tuple[str, str]]:
    """Every method and path with a number that staff may ask for; `BY_CODE` paths are the petitioner's."""
    for route in client._transport.app.routes:  # type: ignore[attr-defined]
        named = isinstance(route, HTTPRoute) and "{number:str}" in route.path and "/desk/" in route.path
        if (
            isinstance(route, HTTPRoute) and named and "/receptions/" not in route.path
        ):  # a booking has a number of its own
            for method in set(route.route_handler_map) - {"OPTIONS", "HEAD"}:
                actions = [*ACTIONS, "no_such_action"] if "{action:str}" in route.path else [""]
                filled = route.path.replace("{id:int}", "1").replace("{file:str}", "x")
                yield from ((method, filled.replace("{action:str}", action)) for action in actions)


def told(reply: Response, number: str) -> tuple[int, str, dict[str, str]]:
    headers = {name: value for name, value in reply.headers.items() if name not in OWN_HEADERS}
    return reply.status_code, reply.text.replace(number, UNKNOWN), headers


async def asked(client: AsyncClient, method: str, path: str, number: str, headers: dict[str, str]) -> Response:
    url = path.replace("{number:str}", number)
    action = url.rpartition("/")[2]
    if method == "GET":
        return await client.get(url, headers=headers)
    if url.startswith("/api/"):
        if action == "attachments":
            return await client.post(url, files={"files": ("x.png", b"x")}, headers=headers)
        return await client.request(
            method, url, json=BODIES.get(action, {"reason": "x"} if action == "reveal" else {}), headers=headers
        )
    token = {"_csrf_token": client.cookies["csrftoken"]}
    return await client.post(url, data=token | {"action": "note", "text": "x", "version": "999"}, headers=headers)


@pytest.mark.parametrize("role", [*Role])
async def test_what_is_hidden_answers_like_what_is_not_there(client, sign_in, hidden, role):
    await client.get("/")
    headers = await sign_in(f"{role}-{CITY if role in BLIND else STATION}")
    wrong, total = [], 0
    for method, path in addresses(client):
        for more in ({}, {"If-Match": '"999"'}) if path.startswith("/api/") and method == "POST" else ({},):
            absent = await asked(client, method, path, UNKNOWN, headers | more)
            assert absent.status_code in (403, 404, 422), (method, path, absent.text[:200])
            for kind, number in hidden.items():
                reply = await asked(client, method, path, number, headers | more)
                total += 1
                if told(reply, number) != told(absent, UNKNOWN):
                    wrong.append((kind, method, path, more, reply.status_code, reply.text[:200], absent.text[:200]))
    assert wrong == []
    assert total > 120
