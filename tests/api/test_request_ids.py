"""Each request has a name, in its answer and in whatever it makes the log say."""

from __future__ import annotations

import re

from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs


async def test_each_answer_has_a_name_of_our_own_drawing(client):
    sent = {"X-Request-Id": "13800138000"}
    names = [
        (await client.get(path, headers=sent)).headers["x-request-id"] for path in ("/api/v1/categories", "/", "/login")
    ]
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in names)
    assert len(set(names)) == 3


async def test_a_fault_is_logged_under_the_name_that_its_answer_tells(client, kernel, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(kernel.numbers, "take", broken)
    with capture_logs(processors=[merge_contextvars]) as logged:
        reply = await client.post("/api/v1/tickets", json={"text": "诉求内容足够长"})
    assert reply.status_code == 500
    assert [line["request"] for line in logged if line["log_level"] == "error"] == [reply.headers["x-request-id"]]
