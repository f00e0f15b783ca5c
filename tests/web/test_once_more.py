"""A form that was open too long is shown once more with everything typed; one from another site is refused."""

from __future__ import annotations

import pytest

from jiesu.kernel import Kernel
from tests.builders.forms import CLEAR
from tests.builders.make import Make
from tests.web.conftest import FILED, Site, value, words


async def test_the_last_look_comes_back_with_everything_typed_and_files(site: Site):
    old = await site.client.post("/file", data=FILED | {"do": "file", "key": "k1", "_csrf_token": "old"})
    assert (old.status_code, value(old, "text"), value(old, "petitioner.phone")) == (403, CLEAR, "13800138000")
    assert 'action="/file/steps"' in old.text
    fields = {name: value(old, name) for name in ("_csrf_token", "do", "key", *FILED)}
    review = await site.client.post("/file/steps", data=fields)
    assert (review.status_code, value(review, "step"), value(review, "key")) == (200, "review", "k1")
    token = {"_csrf_token": fields["_csrf_token"], "do": "file"}
    assert (await site.client.post("/file", data=fields | token)).headers["location"] == "/receipt"


async def test_words_added_to_a_ticket_and_a_rating_come_back_too(site: Site, make: Make, kernel: Kernel):
    made = await make.ticket("in_progress")
    await site.post("/t", number=made.number, code=made.code)
    old = await site.client.post(
        f"/t/{made.number}", data={"do": "supplement", "text": "补一句话", "_csrf_token": "old"}
    )
    assert (old.status_code, value(old, "text")) == (403, "补一句话")
    assert "补一句话" in words(old)
    fields = {name: value(old, name) for name in ("_csrf_token", "do", "text")}
    assert (await site.client.post(f"/t/{made.number}", data=fields)).headers["location"].endswith("done=supplement")


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_another_sites_form_gets_no_good_token(site: Site, origin: str):
    reply = await site.client.post("/file", data={"text": CLEAR}, headers={"origin": origin})
    assert reply.status_code == 403
    assert "刷新后再提交一次" in words(reply)
    assert 'name="_csrf_token"' not in reply.text


async def test_staff_forms_stay_refused(site: Site):
    assert "刷新后再提交一次" in words(await site.client.post("/desk/new", data={"text": CLEAR}))
