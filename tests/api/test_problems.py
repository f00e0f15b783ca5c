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


@pytest.mark.parametrize(
    ("body", "field", "zh"),
    [
        (b"{}", "text", "缺少“text”，请补上"),
        (b'{"text": 1}', "text", "类型应为 str，收到的是 int"),
        (b'{"text": "a", "x": 1}', "x", "没有“x”这一项，请删去"),
        (b'{"text": "a", "nature": "x"}', "nature", "没有 'x' 这个选项，可选的见接口文档"),
        (b"[" * 20_000, None, "JSON 嵌套太深"),
        (b'{"text":"\xed\xa0\x80"}', None, "内容不是 UTF-8 编码"),
        (b'{"text":"\\ud800"}', None, "不是正确的 JSON"),
        (b"{", None, "不是正确的 JSON"),
    ],
)
async def test_a_malformed_body_is_told_what_is_wrong_in_the_readers_language(client, body, field, zh):
    told = (await client.post("/api/v1/tickets", content=body)).json()
    assert (told["status"], told.get("field"), told["detail"]) == (400, field, f"请求内容有误，请改正后重发：{zh}。")
    english = (await client.post("/api/v1/tickets?lang=en", content=body)).json()
    assert english["detail"].startswith("Correct the request: ")


@pytest.mark.parametrize("version", ['"²"', f'"{"9" * 5000}"', "x"])
async def test_a_version_that_is_no_number_is_told_so(client, sign_in, make, version):
    made = await make.ticket()
    headers = await sign_in("officer-VS-150102001") | {"If-Match": version.encode("latin-1")}
    reply = await client.post(f"/api/v1/desk/tickets/{made.number}/sign", json={}, headers=headers)
    assert (reply.status_code, reply.json()["field"]) == (422, "If-Match")


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


async def test_every_operation_is_documented_and_named(client):
    paths = (await client.get("/schema/openapi.json")).json()["paths"]
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert {"FileTicket", "FollowTicket", "AnswerSurvey", "SignIn", "ListTickets", "ActOnTicket"} <= set(names)
    assert len(names) == len(set(names))
