"""Every text that people may type, hostile: kept to the letter or refused by name, and never more than text on any page."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from time import process_time
from typing import Any, get_args, get_origin
from urllib.parse import urlencode

import httpx
import msgspec
import pytest

from jiesu.intake.numbers import Numbers
from jiesu.kit.text import clean, forbidden_characters
from jiesu.surveys.send import latest_survey, survey_token
from jiesu.web.actions import ACTIONS
from jiesu.web.api.surveys import SurveyController
from jiesu.web.pages.reception import ReceptionBookingPages
from tests.builders.boxes import BOXES, CLERK, DESK, DESK_STEPS, MADE, PARTS, PEOPLE, WATCHER, Box
from tests.builders.forms import PHONE, PLACE, appeal
from tests.builders.hostile import Page, hostile, leaves
from tests.builders.make import Made

#: How many texts in all; `make fuzz` wants 10,000, and other ones each time.
STRINGS = int(os.environ.get("JIESU_FUZZ_STRINGS", "100"))
START = int(os.environ.get("JIESU_FUZZ_SEED", "4"))
HARMLESS, FILLER = "普通的一句话，没有别的意思。", "另外一件事，想请你们帮忙看一看。"
#: Chosen, so that every text is routed alike and the pages offer the same steps.
CATEGORY = "0401"
#: Texts of a step that are codes, days, moments and numbers.
CODED = {
    "unit",
    "category",
    "class",
    "within",
    "until",
    "at",
    "next_at",
    "document",
    "order",
    "proposed_unit",
    "into",
    "username",
    "version",
}
NUMBER = re.compile(r"HH\d{8}-\d{5,7}-\d")


@dataclass
class Shown:
    """What one view showed: as a page, or as the texts of a document."""

    page: Page | None = None
    texts: list[str] = field(default_factory=list)

    def holds(self, text: str) -> bool:
        return self.page.holds(text) if self.page else any(text in leaf for leaf in self.texts)

    def keeps(self, text: str) -> bool:
        """Whether a document has exactly this text."""
        return text in self.texts


@dataclass
class Stand:
    """The site, its people and a ticket for each box; every attempt is taken back."""

    client: httpx.AsyncClient
    kernel: Any
    jobs: Any
    gateway: Any
    headers: dict[str, dict[str, str]]
    made: Made | None = None
    token: str = ""
    #: What was opened for a form with addresses of its own.
    names: tuple[str, ...] = ()

    async def attempt(self, box: Box, way: str, text: str) -> tuple[httpx.Response, dict[str, Shown]]:
        """Type it, read it everywhere, and let nothing of it have happened."""
        sent = len(self.gateway.sent)
        async with self.taken_back():
            reply = await (self._api if way == "api" else self._form)(box, text)
            shown = await self._read(box, reply) if reply.status_code in (200, 201, 303) else {}
            if shown:
                await self.jobs.run_due()
                shown["messages"] = Shown(texts=[sms.text for sms in self.gateway.sent[sent:]])
            return reply, shown

    @asynccontextmanager
    async def taken_back(self) -> AsyncIterator[None]:
        """Whatever happens within has not happened afterwards; the numbers it drew are given back too."""
        before, sent = await self.kernel.db.sessions.kw["bind"].begin_nested(), len(self.gateway.sent)
        try:
            yield
        finally:
            await before.rollback()
            self.kernel.numbers = Numbers(self.kernel.db)
            del self.gateway.sent[sent:]

    async def _api(self, box: Box, text: str) -> httpx.Response:
        body: dict[str, Any] = {**box.more, box.name: text}
        url, headers = f"/api/v1/desk/tickets/{self._number}/{box.step}", self.headers.get(box.actor, {})
        if box.api:
            url = box.api.format(*self.names)
        elif box.actor == "filing":
            body = appeal(FILLER) | {"category": CATEGORY}
            name, _, inner = box.name.partition(".")
            body[name] = {**body[name], inner: text} if inner else text
            url = "/api/v1/tickets"
        elif box.actor == "petitioner" and self.made:
            url = f"/api/v1/tickets/{self._number}/{box.step}?code={self.made.code}"
        elif box.actor == "survey":
            body["contacted"] = True
            url = f"/api/v1/surveys/{self.token}"
        elif box.step == "split":
            body = {"parts": [{**PARTS[0], box.name.removeprefix("parts."): text}, *PARTS[1:]]}
        content = json.dumps(body, ensure_ascii=True).encode()
        return await self.client.post(url, content=content, headers={**headers, "Content-Type": "application/json"})

    async def _form(self, box: Box, text: str) -> httpx.Response:
        typed = {name: value.format(*self.names) for name, value in box.typed.items()}
        sent = {"_csrf_token": self.client.cookies["csrftoken"], **box.more, **typed, box.name: text}
        url, headers = f"/desk/t/{self._number}", self.headers.get(box.actor, {})
        if box.page:
            url = box.page.format(*self.names)
        elif box.actor == "filing":
            places = {"district": PLACE[:6], "township": PLACE[:9], "village": PLACE}
            usual = {"text": FILLER, "category": CATEGORY, "petitioner.phone": PHONE, "do": "file", "key": ""}
            sent, url = usual | places | sent, "/file"
            if box.name == "title":  # the counter's form alone has a box for it
                url, headers, sent["channel"] = "/desk/new", self.headers[DESK], "phone"
        elif box.actor == "petitioner" and self.made:
            sent |= {"do": box.step, "code": self.made.code}
            url = f"/t/{self._number}"
        elif box.actor == "survey":
            url = f"/s/{self.token}"
        else:
            sent["action"] = box.step
        if box.step == "split":
            sent[f"{box.name.removeprefix('parts.')}-1"] = text
        content = urlencode(sent, encoding="utf-8", errors="surrogatepass").encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.client.post(url, content=content, headers={**headers, **kind})

    async def _read(self, box: Box, reply: httpx.Response) -> dict[str, Shown]:
        """Every view of the ticket, for its petitioner and for staff."""
        if box.reads:
            return {
                url: await self._view(url.format(*self.names), box.reader or box.actor or CLERK) for url in box.reads
            }
        number, code = self._number, self.made.code if self.made else ""
        views = {}
        if box.actor == "filing":
            if reply.status_code == 303:
                views["receipt"] = page = await self._page("/receipt", {})
                number = next(found[0] for text in page.page.texts if (found := NUMBER.search(text)))
            else:
                number, code = reply.json()["number"], reply.json()["query_code"]
            staff = self.headers[DESK] | {"Content-Type": "application/json"}
            url = f"/api/v1/desk/tickets/{number}/reveal"
            revealed = await self.client.post(url, content=b'{"reason":"x"}', headers=staff)
            views["revealed"] = Shown(texts=[*leaves(revealed.json())])
        staff = self.headers[WATCHER]
        views["desk"] = await self._page(f"/desk/t/{number}", staff)
        views["desk api"] = await self._document(f"/api/v1/desk/tickets/{number}", staff)
        if box.actor == "filing":
            views["queue"] = await self._page("/desk?view=all", staff)
            views["queue api"] = await self._document("/api/v1/desk/tickets?view=all", staff)
        else:
            views["progress"] = await self._page(f"/t/{number}", {})
        if code:
            views["progress api"] = await self._document(f"/api/v1/tickets/{number}?code={code}", {})
        if self.token:
            views["survey"] = await self._page(f"/s/{self.token}", {})
        return views

    async def _view(self, url: str, actor: str) -> Shown:
        read = self._document if url.startswith("/api/") else self._page
        return await read(url, self.headers[actor])

    async def _page(self, url: str, headers: dict[str, str]) -> Shown:
        reply = await self.client.get(url, headers=headers)
        assert reply.status_code == 200, (url, reply.status_code)
        return Shown(page=Page(reply.text))

    async def _document(self, url: str, headers: dict[str, str]) -> Shown:
        reply = await self.client.get(url, headers=headers)
        assert reply.status_code == 200, (url, reply.status_code)
        return Shown(texts=[*leaves(reply.json())])

    @property
    def _number(self) -> str:
        return self.made.number if self.made else ""


@pytest.fixture
async def stand(client, kernel, jobs, gateway) -> Stand:
    await client.get("/")
    return Stand(client, kernel, jobs, gateway, {})


def problems(reply: httpx.Response) -> list[str]:
    """What a refusal says."""
    return re.findall(r'"detail":"[^"]*|class="problem[^>]*>.{0,200}', reply.text)


async def prepared(stand: Stand, make, clock, sign_in, box: Box) -> None:
    """A ticket where the box is open, its petitioner's pass, and everybody signed in: a long run outlives sessions."""
    readers = {box.actor or CLERK, box.reader, *({DESK, WATCHER} if box.state or box.actor == "filing" else ())}
    stand.headers = {
        actor: await sign_in(actor) for actor in {*readers, *(one.actor for one in box.opened)} & {*PEOPLE}
    }
    stand.made, stand.token, stand.names = None, "", ()
    for one in box.opened:
        reply = await stand.client.post(
            one.url.format(*stand.names), json=one.body, headers=stand.headers.get(one.actor)
        )
        assert reply.status_code == 201, reply.text
        stand.names += (str(reply.json()[one.key]),)
    if not box.state:
        return
    stand.made = made = await standing(make, box)
    for step, by, body in box.before:
        await make.step(made, step, by, **body)
    if box.late:
        clock.advance(timedelta(days=20))
    await stand.jobs.run_due()
    if box.actor == "survey":
        async with stand.kernel.db.begin() as uow:
            survey = await latest_survey(uow, made.id)
            stand.token = survey_token(stand.kernel.keys, made.id, survey.round)
    token = {"_csrf_token": stand.client.cookies["csrftoken"]}
    opened = await stand.client.post("/t", data=token | {"number": made.number, "code": made.code})
    assert opened.status_code == 303


async def standing(make, box: Box) -> Made:
    """A ticket in the box's state; `merged` is one of somebody else's, `main` one that another was merged into."""
    if box.state not in ("merged", "main"):
        return await make.ticket(box.state, **box.form)
    main = await make.ticket("dispatched" if box.state == "merged" else "in_progress", **box.form)
    merged = await make.merged(main)
    return merged if box.state == "merged" else main


def differences(box: Box, way: str, text: str, found: Any, usual: Any, refused: Page | None) -> list[str]:
    """What is not as with a harmless text."""
    reply, shown = found
    wrong, kept = [], clean(text)
    taken = bool(shown)
    if taken != box.takes(text):
        wrong.append(f"{'taken' if taken else 'refused'} with {reply.status_code}")
    if not taken and reply.status_code not in refusals(box, way, reply):
        wrong.append(f"status {reply.status_code}")
    if not taken and way == "form" and reply.status_code == 422:
        wrong += strange(Page(reply.text), refused or Page(reply.text), "the refusal")
        readable = not forbidden_characters(clean(text)) and not box.boxless
        if readable and not Page(reply.text).holds(text.strip()):
            wrong.append("the refusal has lost what was typed")
    for name, view in shown.items():
        if view.page:
            wrong += strange(view.page, usual[name].page, name)
        part, whole = expected(box, name, kept)
        if kept and usual[name].holds(HARMLESS) and not view.holds(part):
            wrong.append(f"{name} does not show it")
        if whole and usual[name].keeps(HARMLESS) and not view.keeps(whole):
            wrong.append(f"{name} shows it altered")
    return [f"{box} by {way}: {line}: {text[:80]!r}" for line in wrong]


#: Routes that take no body so long.
BOUNDED = {("survey", "api"): SurveyController, ("book", "form"): ReceptionBookingPages}


def refusals(box: Box, way: str, reply: httpx.Response) -> tuple[int, ...]:
    """By a rule of the field; where the route takes no body so long, by its length and nothing else."""
    route = BOUNDED.get((box.actor, way)) or BOUNDED.get((box.step, way))
    too_long = route is not None and len(reply.request.content) > route.request_max_body_size
    return (413,) if too_long else (400, 422)


def expected(box: Box, view: str, kept: str) -> tuple[str, str]:
    """What a view must at least show of a text, and what it must hold to the letter, if anything.

    A message is cut; a queue shows the title, which of an appeal without one is its first line, cut from the eighth character on.
    """
    if view == "messages":
        return kept[:120], kept
    if not box.state and box.name == "text" and view.startswith(("queue", *MADE)):
        line = (kept.splitlines() or [""])[0]
        return line[:8], line if len(line) <= 30 else ""
    return kept, kept


def strange(page: Page, usual: Page, where: str) -> list[str]:
    """Elements and attributes that a harmless text does not bring, and addresses that are not ours."""
    more = set(page.elements) - set(usual.elements)
    more |= {one for one in {("script", "src"), ("form",)} if count(page, one[0]) != count(usual, one[0])}
    return [f"{where} has {one}" for one in (*more, *page.strange)]


def count(page: Page, tag: str) -> int:
    return sum(element[0] == tag for element in page.elements)


def test_every_text_that_a_step_of_the_desk_takes_has_a_box_here():
    texts = {
        (step, one.encode_name)
        for step, action in ACTIONS.items()
        for one in msgspec.structs.fields(action.body)
        if (one.type is str or (str in get_args(one.type) and get_origin(one.type) is not list))
        and one.encode_name not in CODED
    }
    assert texts - {("exclude", "reason")} | {("split", "parts"), ("reveal", "reason")} == DESK_STEPS


@pytest.mark.timeout(7200)
async def test_no_text_breaks_a_step_or_a_page_or_comes_back_as_anything_but_itself(stand, make, clock, sign_in):
    texts = [*hostile(STRINGS, START)]
    boxes = [(box, way) for box in BOXES for way in ("api", "form")]
    if len(boxes) > STRINGS:  # the short run fills each box once or twice, by one way
        boxes = [(box, ("api", "form")[(START + place) % 2]) for place, box in enumerate(BOXES)]
    wrong, tried, taken = [], 0, 0
    for place, (box, way) in enumerate(boxes):
        async with stand.taken_back():
            await prepared(stand, make, clock, sign_in, box)
            reply, usual = await stand.attempt(box, way, HARMLESS)
            if not usual or box.unseen == any(view.holds(HARMLESS) for view in usual.values()):
                wrong.append(f"{box} by {way}: {reply.status_code} {'; '.join(problems(reply))} unseen={box.unseen}: ")
                continue
            refused: Page | None = None
            for text in texts[place :: len(boxes)]:
                found = await stand.attempt(box, way, text)
                if way == "form" and found[0].status_code == 422 and refused is None:
                    refused = Page((await stand.attempt(box, way, "长" * (box.longest + 1)))[0].text)
                wrong += differences(box, way, text, found, usual, refused)
                tried, taken = tried + 1, taken + bool(found[1])
    print(f"{process_time():.0f} s of CPU, {tried} texts, {taken} taken, {tried - taken} refused, {len(boxes)} boxes")  # noqa: T201
    assert not wrong, f"{len(wrong)}: {Counter(line.rpartition(': ')[0] for line in wrong)}\n" + "\n".join(wrong[:40])
    assert tried == STRINGS
