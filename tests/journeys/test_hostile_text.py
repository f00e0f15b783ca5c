"""Every text that people may type, hostile: kept to the letter or refused by name, and never more than text on any page."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from time import process_time
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from jiesu.intake.numbers import Numbers
from jiesu.kit.text import clean, forbidden_characters
from jiesu.surveys.send import latest_survey, survey_token
from jiesu.web.api.surveys import SurveyController
from tests.builders.forms import CITY, COUNTY, PHONE, PLACE, STATION, appeal
from tests.builders.hostile import Page, hostile, leaves
from tests.builders.make import Made

#: How many texts in all; `make fuzz` wants 10,000, and other ones each time.
STRINGS = int(os.environ.get("JIESU_FUZZ_STRINGS", "100"))
START = int(os.environ.get("JIESU_FUZZ_SEED", "4"))
HARMLESS, FILLER = "普通的一句话，没有别的意思。", "另外一件事，想请你们帮忙看一看。"
DESK, OFFICER, HEAD, ABOVE = f"dispatcher-{CITY}", f"officer-{STATION}", f"unit_head-{STATION}", f"unit_head-{COUNTY}"
#: Reads all and may do little, so that the page is short.
WATCHER = f"supervisor-{CITY}"
#: Chosen, so that every text is routed alike and the pages offer the same steps.
CATEGORY = "0401"
NUMBER = re.compile(r"HH\d{8}-\d{5,7}-\d")


@dataclass(frozen=True)
class Field:
    """A box to type in: of which step by whom, from which state on, and how much it takes."""

    actor: str
    step: str
    name: str
    state: str
    longest: int = 5000
    least: int = 1
    more: dict[str, str] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    before: tuple[tuple[str, str, dict[str, str]], ...] = ()
    late: bool = False

    def takes(self, text: str) -> bool:
        kept = clean(text)
        return not forbidden_characters(kept) and self.least <= len(kept) <= self.longest


ASKED = (("extend", OFFICER, {"until": "2026-11-12", "reason": "等调档函"}),)
FIELDS = [
    Field("filing", "file", "text", "", least=5),
    Field("filing", "file", "title", "", 100, 0),
    Field("filing", "file", "petitioner.name", "", 50, 0),
    Field("petitioner", "supplement", "text", "need_info"),
    Field("petitioner", "withdraw", "reason", "registered", 2000, 0),
    Field("petitioner", "reopen", "reason", "closed", 2000),
    Field("survey", "answer", "reason", "awaiting_survey", 500, 0, {"contacted": "yes", "solved": "no"}),
    Field(DESK, "request_info", "question", "registered", 1000),
    Field(DESK, "answer", "text", "registered", form={"nature": "consult"}),
    Field(DESK, "divert", "pointer", "registered", 2000, more={"reason": "litigation"}),
    Field(DESK, "reclass", "reason", "dispatched", 500, more={"class": "P3"}),
    Field(DESK, "supplement", "text", "need_info"),
    Field(DESK, "reopen", "reason", "closed", 2000),
    Field(OFFICER, "contact", "note", "in_progress", more={"outcome": "reached"}),
    Field(OFFICER, "inform", "text", "in_progress", 1000),
    Field(OFFICER, "plan", "plan", "in_progress", form={"service_class": "P4"}, before=(("contact", OFFICER, {}),)),
    Field(OFFICER, "note", "text", "in_progress", 2000),
    Field(OFFICER, "extend", "reason", "in_progress", 500, more={"until": "2026-11-12"}),
    Field(OFFICER, "submit", "result", "in_progress", before=(("contact", OFFICER, {}),)),
    Field(OFFICER, "reveal", "reason", "in_progress", 200),
    Field(ABOVE, "grant_extension", "note", "in_progress", 2000, 0, before=ASKED),
    Field(ABOVE, "refuse_extension", "reason", "in_progress", 500, before=ASKED),
    Field(HEAD, "approve", "note", "under_review", 2000, 0),
    Field(HEAD, "send_back", "reason", "under_review", 2000),
    Field(ABOVE, "acknowledge", "note", "dispatched", 2000, 0, late=True),
]


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

    async def attempt(self, box: Field, way: str, text: str) -> tuple[httpx.Response, dict[str, Shown]]:
        """Type it, read it everywhere, and let nothing of it have happened."""
        connection = self.kernel.db.sessions.kw["bind"]
        before = await connection.begin_nested()
        sent = len(self.gateway.sent)
        try:
            reply = await (self._api if way == "api" else self._form)(box, text)
            shown = await self._read(box, reply) if reply.status_code in (200, 201, 303) else {}
            if shown:
                await self.jobs.run_due()
                shown["messages"] = Shown(texts=[sms.text for sms in self.gateway.sent[sent:]])
            return reply, shown
        finally:
            await before.rollback()
            self.kernel.numbers = Numbers(self.kernel.db)  # the block it drew is given back too
            del self.gateway.sent[sent:]

    async def _api(self, box: Field, text: str) -> httpx.Response:
        body: dict[str, Any] = {**box.more, box.name: text}
        url, headers = f"/api/v1/desk/tickets/{self._number}/{box.step}", self.headers.get(box.actor, {})
        if box.actor == "filing":
            body = appeal(FILLER) | {"category": CATEGORY}
            name, _, inner = box.name.partition(".")
            body[name] = {**body[name], inner: text} if inner else text
            url = "/api/v1/tickets"
        elif box.actor == "petitioner" and self.made:
            url = f"/api/v1/tickets/{self._number}/{box.step}?code={self.made.code}"
        elif box.actor == "survey":
            body["contacted"] = True
            url = f"/api/v1/surveys/{self.token}"
        content = json.dumps(body, ensure_ascii=True).encode()
        return await self.client.post(url, content=content, headers={**headers, "Content-Type": "application/json"})

    async def _form(self, box: Field, text: str) -> httpx.Response:
        fields = {"_csrf_token": self.client.cookies["csrftoken"], **box.more, box.name: text}
        url, headers = f"/desk/t/{self._number}", self.headers.get(box.actor, {})
        if box.actor == "filing":
            places = {"district": PLACE[:6], "township": PLACE[:9], "village": PLACE}
            fields = {
                "text": FILLER,
                "category": CATEGORY,
                "petitioner.phone": PHONE,
                "do": "file",
                "key": "",
                **places,
                **fields,
            }
            url = "/file"
            if box.name == "title":  # the counter's form alone has a box for it
                url, headers, fields["channel"] = "/desk/new", self.headers[DESK], "phone"
        elif box.actor == "petitioner" and self.made:
            fields |= {"do": box.step, "code": self.made.code}
            url = f"/t/{self._number}"
        elif box.actor == "survey":
            url = f"/s/{self.token}"
        else:
            fields["action"] = box.step
        content = urlencode(fields, encoding="utf-8", errors="surrogatepass").encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.client.post(url, content=content, headers={**headers, **kind})

    async def _read(self, box: Field, reply: httpx.Response) -> dict[str, Shown]:
        """Every view of the ticket, for its petitioner and for staff."""
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


async def prepared(stand: Stand, make, clock, sign_in, box: Field) -> None:
    """A ticket where the box is open, its petitioner's pass, and everybody signed in: a long run outlives sessions."""
    stand.headers = {actor: await sign_in(actor) for actor in (DESK, OFFICER, HEAD, ABOVE, WATCHER)}
    stand.made, stand.token = None, ""
    if not box.state:
        return
    stand.made = made = await make.ticket(box.state, **box.form)
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


def differences(box: Field, way: str, text: str, found: Any, usual: Any, refused: Any) -> list[str]:
    """What is not as with a harmless text."""
    reply, shown = found
    wrong, kept = [], clean(text)
    taken = bool(shown)
    if taken != box.takes(text):
        wrong.append(f"{'taken' if taken else 'refused'} with {reply.status_code}")
    if not taken and reply.status_code not in refusals(box, way, reply):
        wrong.append(f"status {reply.status_code}")
    if not taken and way == "form" and reply.status_code == 422:
        wrong += strange(Page(reply.text), Page(refused.text), "the refusal")
        if not forbidden_characters(clean(text)) and not Page(reply.text).holds(text.strip()):
            wrong.append("the refusal has lost what was typed")
    for name, view in shown.items():
        if view.page:
            wrong += strange(view.page, usual[name].page, name)
        part, whole = expected(box, name, kept)
        if kept and usual[name].holds(HARMLESS) and not view.holds(part):
            wrong.append(f"{name} does not show it")
        if whole and usual[name].keeps(HARMLESS) and not view.keeps(whole):
            wrong.append(f"{name} shows it altered")
    return [f"{box.actor} {box.step} {box.name} by {way}: {line}: {text[:80]!r}" for line in wrong]


def refusals(box: Field, way: str, reply: httpx.Response) -> tuple[int, ...]:
    """By a rule of the field; where the route takes no body so long, by its length and nothing else."""
    bounded = (box.actor, way) == ("survey", "api")
    too_long = bounded and len(reply.request.content) > SurveyController.request_max_body_size
    return (413,) if too_long else (400, 422)


def expected(box: Field, view: str, kept: str) -> tuple[str, str]:
    """What a view must at least show of a text, and what it must hold to the letter, if anything.

    A message is cut; a queue shows the title, which of an appeal without one is its first line, cut from the eighth character on.
    """
    if view == "messages":
        return kept[:120], kept
    if view.startswith("queue") and (box.actor, box.name) == ("filing", "text"):
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


@pytest.mark.timeout(7200)
async def test_no_text_breaks_a_step_or_a_page_or_comes_back_as_anything_but_itself(stand, make, clock, sign_in):
    texts = [*hostile(STRINGS, START)]
    boxes = [(box, way) for box in FIELDS for way in ("api", "form")]
    wrong, tried, taken = [], 0, 0
    for place, (box, way) in enumerate(boxes):
        await prepared(stand, make, clock, sign_in, box)
        reply, usual = await stand.attempt(box, way, HARMLESS)
        assert usual, (box, way, reply.text[-3000:])
        assert any(view.holds(HARMLESS) for view in usual.values()) or box.actor == "survey" or box.name == "reason", (
            box
        )
        refused, _ = await stand.attempt(box, way, "长" * 6000)
        for text in texts[place :: len(boxes)]:
            found = await stand.attempt(box, way, text)
            wrong += differences(box, way, text, found, usual, refused)
            tried, taken = tried + 1, taken + bool(found[1])
    print(f"{process_time():.0f} s of CPU, {tried} texts, {taken} taken, {tried - taken} refused, {len(boxes)} boxes")  # noqa: T201
    assert not wrong, f"{len(wrong)}: {Counter(line.rpartition(': ')[0] for line in wrong)}\n" + "\n".join(wrong[:40])
    assert tried == STRINGS
