"""Errors everywhere are problem documents in the reader's language."""

from __future__ import annotations

import pytest

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("PUT", "/api/v1/tickets", 405), ("DELETE", "/api/v1/desk/tickets", 405)],
)
async def test_what_is_not_there_is_a_problem_document(client, method, path, status):
    reply = await client.request(method, path)
    assert (reply.status_code, reply.json()["status"]) == (status, status)
    assert reply.headers["content-type"].startswith(PROBLEM)


async def test_the_reader_chooses_the_language(client):
    url = "/api/v1/tickets/HH20260101-00001-2?code=x"
    zh, en = (await client.get(url)).json(), (await client.get(f"{url}&lang=en")).json()
    assert "没有找到" in zh["detail"]
    assert "No such ticket" in en["detail"]
    assert zh["type"] == en["type"] == "urn:jiesu:TicketNotFound"


async def test_a_fault_of_ours_says_so_and_tells_no_secret(client, kernel, monkeypatch):
    async def broken(*_: object) -> str:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(kernel.numbers, "take", broken)
    reply = await client.post("/api/v1/tickets", json={"text": "诉求内容足够长"})
    assert (reply.status_code, reply.json()["title"]) == (500, "Fault")
    assert "hunter2" not in reply.text


async def test_a_name_that_no_database_can_hold_is_simply_unknown(client):
    reply = await client.post("/api/v1/session", json={"username": "a\x00b", "password": "x"})
    assert (reply.status_code, reply.json()["title"]) == (403, "WrongCredentials")


async def test_the_process_says_that_it_can_serve(client):
    assert (await client.get("/health/live")).status_code == 200
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "database": "ok", "redis": "ok"})


async def test_every_operation_is_documented_and_named(client):
    paths = (await client.get("/schema/openapi.json")).json()["paths"]
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert {"FileTicket", "FollowTicket", "AnswerSurvey", "SignIn", "ListTickets", "ActOnTicket"} <= set(names)
    assert len(names) == len(set(names))
