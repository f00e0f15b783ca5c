"""Consents on pages: a box of its own for each optional field, and a way back on the follow page."""

from __future__ import annotations

import re

from tests.web.conftest import Site, words

OPTIONAL = {"petitioner.kind": "veteran"}


async def test_an_optional_field_wants_its_own_tick_and_everything_else_none(site: Site, kernel):
    form = await site.post("/file/steps", do="see-who")
    assert kernel.rules.notices.told("zh") in words(form)
    assert kernel.rules.notices.asked("id_number", "zh") in words(form)
    assert "checked" not in form.text.split('name="consent.kind"')[1].split(">")[0]
    refused = await site.file(**OPTIONAL)
    assert refused.status_code == 422
    assert 'id="petitioner.kind-wrong"' in refused.text
    assert (await site.file(**OPTIONAL, **{"consent.kind": "on"})).headers["location"] == "/receipt"


async def test_it_is_taken_back_on_the_follow_page(site: Site):
    await site.file(**OPTIONAL, **{"consent.kind": "on"})
    number = re.search(r"HH\d{8}-\d{5}-\d", (await site.get("/receipt")).text)
    assert number is not None
    path = f"/t/{number[0]}"
    assert "我同意使用的信息" in words(await site.get(path))
    assert (await site.post(path, do="consent", purpose="nonsense")).status_code == 422
    done = await site.post(path, do="consent", purpose="kind")
    assert done.headers["location"] == f"{path}?done=consent"
    page = words(await site.get(f"{path}?done=consent"))
    assert "已经撤回同意" in page
    assert "撤回同意，删除这项信息" not in page


async def test_without_optional_fields_there_is_nothing_to_take_back(site: Site):
    await site.file()
    number = re.search(r"HH\d{8}-\d{5}-\d", (await site.get("/receipt")).text)
    assert number is not None
    assert "我同意使用的信息" not in words(await site.get(f"/t/{number[0]}"))
