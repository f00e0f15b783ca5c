"""One's own files on a page: a long list is made in the background, and the page asks again until it is there."""

from __future__ import annotations

from jiesu.web.pages import board
from tests.builders.forms import COUNTY
from tests.web.conftest import words


async def test_the_page_of_files_asks_again_until_all_are_made(as_staff, make, jobs, monkeypatch):
    await make.ticket("registered")
    await make.ticket("registered")
    monkeypatch.setattr(board, "MOST", 1)
    site = await as_staff(f"supervisor-{COUNTY}")
    reply = await site.post("/board/export?what=arrived", reason="例会", form="csv")
    assert reply.headers["location"] == "/board/files"
    waiting = await site.get("/board/files")
    assert "refresh" in waiting.headers
    assert "排队中" in words(waiting)
    await jobs.run_due()
    ready = await site.get("/board/files")
    assert "refresh" not in ready.headers
    assert "可以下载" in words(ready)
