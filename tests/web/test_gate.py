"""The gate before the public form: invisible to people with or without scripts, in the way of floods."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from html import unescape
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser
from redis.asyncio import Redis

from jiesu.kernel import Kernel
from jiesu.web.pages.rendering import ASSETS
from tests.builders.forms import CLEAR
from tests.builders.kernels import http
from tests.web.conftest import Site, value, words

WORK = 300


@pytest.fixture
async def gated(kernel: Kernel):
    """The site with the gate shut."""
    kernel.settings = msgspec.structs.replace(kernel.settings, proof_of_work=WORK)
    async with http(kernel) as client:
        await client._transport.app.state.redis.flushdb()  # type: ignore[attr-defined]
        yield Site(client)


class Form:
    """The form as it was opened, and what a browser's worker does with it."""

    def __init__(self, page: Any) -> None:
        self.fields = {name: value(page, name) for name in ("key", "opened")}
        self.work = json.loads(unescape(page.text.split('data-work="')[1].split('"')[0]) or "{}")

    def solved(self, **changed: Any) -> dict[str, str]:
        salt, challenge = self.work["salt"], self.work["challenge"]
        number = next(
            n
            for n in range(self.work["maxNumber"] + 1)
            if hashlib.sha256(f"{salt}{n}".encode()).hexdigest() == challenge
        )
        names = ("algorithm", "challenge", "salt", "signature")
        proof = {name: self.work[name] for name in names} | {"number": number} | changed
        return self.fields | {"proof": base64.b64encode(json.dumps(proof).encode()).decode()}


async def opened(site: Site) -> Form:
    return Form(await site.get("/file"))


async def test_a_solution_files_at_once(gated):
    form = await opened(gated)
    assert form.work["maxNumber"] == WORK
    assert (await gated.file(**form.solved())).headers["location"] == "/receipt"


async def test_used_twice_it_gives_the_same_receipt_and_for_another_form_nothing(gated):
    first = await opened(gated)
    assert (await gated.file(**first.solved())).status_code == 303
    number = words(await gated.get("/receipt"))
    assert (await gated.file(**first.solved())).status_code == 303
    assert words(await gated.get("/receipt")) == number
    second = await opened(gated)
    stolen = second.fields | {"proof": first.solved()["proof"]}
    assert (await gated.file(**stolen)).status_code == 429


@pytest.mark.parametrize("changed", [{"number": 7}, {"salt": "x?key=k1"}, {"signature": "0"}, {"challenge": "0" * 64}])
async def test_a_forged_solution_is_none(gated, changed):
    assert (await gated.file(**(await opened(gated)).solved(**changed))).status_code == 429


@pytest.mark.parametrize("proof", ["x", "e30=", "bnVsbA==", "W10=", base64.b64encode(b'{"salt": 1}').decode()])
async def test_nonsense_is_none_either(gated, proof):
    assert (await gated.file(**((await opened(gated)).fields | {"proof": proof}))).status_code == 429


async def test_without_a_script_a_persons_own_time_is_enough(gated, clock):
    form = await opened(gated)
    quick = await gated.file(**form.fields)
    assert (quick.status_code, value(quick, "text")) == (429, CLEAR)
    assert int(quick.headers["retry-after"]) <= 15
    clock.advance(timedelta(seconds=20))
    again = {name: value(quick, name) for name in ("key", "opened")}
    assert again == form.fields
    assert (await gated.file(**again)).headers["location"] == "/receipt"


async def test_without_a_script_one_address_files_a_few_times_only(gated, clock):
    forms = [await opened(gated) for _ in range(6)]
    clock.advance(timedelta(seconds=20))
    statuses = [(await gated.file(**form.fields)).status_code for form in forms]
    assert statuses == [303] * 5 + [429]
    solved = await opened(gated)
    assert (await gated.file(**solved.solved())).status_code == 303


async def test_a_form_opened_long_ago_is_renewed_and_keeps_its_text(gated, clock):
    form = await opened(gated)
    clock.advance(timedelta(hours=13))
    old = await gated.file(**form.solved())
    assert (old.status_code, value(old, "text")) == (422, CLEAR)
    assert "打开太久" in words(old)
    assert (await gated.file(**Form(old).solved())).headers["location"] == "/receipt"


async def test_a_mistake_sent_back_keeps_the_solution(gated):
    wrong = await gated.file(**((await opened(gated)).solved() | {"petitioner.phone": "123"}))
    assert wrong.status_code == 422
    fields = {name: value(wrong, name) for name in ("key", "opened", "proof")}
    assert 'data-work=""' in wrong.text
    assert (await gated.file(**fields)).headers["location"] == "/receipt"


async def test_the_work_grows_with_the_flood(gated, clock):
    redis = gated.client._transport.app.state.redis
    minute = int(clock.now().timestamp()) // 60
    for filings, factor in ((59, 1), (60, 2), (119, 2), (120, 4), (10_000, 8)):
        await redis.set(f"filings:{minute - 1}", filings)
        assert (await opened(gated)).work["maxNumber"] == WORK * factor


async def test_redis_away_hinders_nobody(gated, clock):
    app = gated.client._transport.app
    await app.state.redis.aclose()
    app.state.redis = Redis.from_url("redis://127.0.0.1:1/0")
    assert (await gated.file(**(await opened(gated)).solved())).status_code == 303
    form = await opened(gated)
    clock.advance(timedelta(seconds=20))
    assert (await gated.file(**form.fields)).status_code == 303


async def test_the_worker_finds_the_number_whatever_the_length_of_the_salt(browser: Browser):
    page = await browser.new_page()
    script = (ASSETS / "js" / "proof-worker.js").read_text(encoding="utf-8")
    for salt in ("a" * 50, "b" * 64, "c" * 110, "d" * 119 + "&"):
        for number in (0, 9, 10, 4321):
            challenge = hashlib.sha256(f"{salt}{number}".encode()).hexdigest()
            found = await page.evaluate(
                f"([salt, challenge]) => {{ {script.replace(chr(34) + 'use strict' + chr(34) + ';', '')}; return solve(salt, challenge, 5000) }}",
                [salt, challenge],
            )
            assert found == number
