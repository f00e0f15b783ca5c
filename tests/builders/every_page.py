"""Every page and state of a page that people see, and how a browser gets there: what accessibility, width and pictures are tried on.

A new page has its line here.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.async_api import Page

from jiesu.kit.clock import SHANGHAI
from tests.builders.forms import CITY, CLEAR, COUNTY, STATION
from tests.builders.make import Made, Make

__all__ = ["PAGES", "Shown", "World", "enter", "make_world"]

VISITOR = ""


@dataclass(frozen=True)
class World:
    """Tickets to look at, one in each state that has a face of its own."""

    dispatched: Made
    objected: Made
    listed: Made
    helped: Made
    in_progress: Made
    under_review: Made
    awaiting_survey: Made
    closed: Made
    rechecking: Made
    not_accepted: Made
    registered: Made
    merged: Made
    split: Made


async def make_world(make: Make) -> World:
    made = {
        name: await make.ticket(name) for name in World.__annotations__ if name not in ("helped", "merged", "split")
    }
    merged = await make.merged(made["in_progress"])
    return World(**made, helped=await _helped(make), merged=merged, split=await make.split())


async def _helped(make: Make) -> Made:
    """One that another unit helps with, under a supervision order that was answered, with a listing asked for."""
    made = await make.ticket("in_progress")
    await make.step(made, "give_task", f"dispatcher-{COUNTY}", unit="VS-150102002", what="核对户籍档案")
    await make.step(made, "object_task", "officer-VS-150102002", reason="档案已经移交")
    await make.step(made, "supervise", f"supervisor-{CITY}", demand="请三日内办结并告知本人。")
    await make.step(made, "reply_order", f"officer-{STATION}", reply="材料已报县里，预计周五补发。")
    await make.step(made, "list", f"officer-{STATION}")
    return made


Open = Callable[[Page, World], Awaitable[None]]


@dataclass(frozen=True)
class Shown:
    """One page: its file name among the pictures, who looks (a demo user; nobody for petitioners), and the way there."""

    name: str
    who: str
    way: str | Open

    async def open(self, page: Page, world: World) -> None:
        if callable(self.way):
            await self.way(page, world)
        else:
            numbers = {name: getattr(world, name).number for name in World.__annotations__}
            reply = await page.goto(self.way.format(**numbers))
            assert reply is not None
            assert reply.status < 500, self.name


async def enter(page: Page, username: str) -> None:
    """Sign in as a demo user."""
    await page.goto("/login")
    await page.fill("#username", username)
    await page.fill("#password", "jiesu-demo")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/(desk|audit|admin|security)"))


async def _own(page: Page, world: World) -> None:
    await page.goto(f"/t/{world.dispatched.number}")
    await page.fill("#code", world.dispatched.code)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".timeline")


async def _own_merged(page: Page, world: World) -> None:
    await page.goto(f"/t/{world.merged.number}")
    await page.fill("#code", world.merged.code)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=和另一件同样的事一起办")


async def _own_split(page: Page, world: World) -> None:
    await page.goto(f"/t/{world.split.number}")
    await page.fill("#code", world.split.code)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=第2部分")


def _filing(step: str) -> Open:
    """That step of the form, on the way that a petitioner takes."""

    async def go(page: Page, world: World) -> None:
        await page.goto("/file")
        await page.fill("#text", CLEAR)
        for place in ("where", "who", "review"):
            if await page.locator("[name=step]").get_attribute("value") == step:
                break
            await page.click("text=下一步")
            await page.wait_for_selector(f"[name=step][value={place}]", state="attached")

    return go


async def _keys(page: Page, _: World) -> None:
    await page.goto("/desk")
    await page.keyboard.press("?")
    await page.wait_for_selector("#keys[open]")


async def _palette(page: Page, _: World) -> None:
    await page.goto("/desk")
    await page.keyboard.press("Control+k")
    await page.wait_for_selector("#palette-list li")


async def _picked(page: Page, _: World) -> None:
    await page.goto("/desk?view=open")
    for key in "jxjx":
        await page.keyboard.press(key)


async def _results(page: Page, _: World) -> None:
    await _picked(page, _)
    await page.fill("#together-text", "下周一起走访")
    await page.click("#together [value=note]")
    await page.wait_for_selector(".results")


async def _wrong(page: Page, world: World) -> None:
    await page.goto("/file")
    await page.fill("#text", "短")
    await page.click("text=下一步")
    await page.wait_for_selector("#text-wrong")


async def _receipt(page: Page, world: World) -> None:
    await _filing("review")(page, world)
    await page.click("text=提交诉求")
    await page.wait_for_url("**/receipt")


async def _too_old(page: Page, world: World) -> None:
    await _filing("review")(page, world)
    await page.context.clear_cookies(name="csrftoken")
    await page.click("text=提交诉求")
    await page.wait_for_selector("text=您写的都在")


def _petition(name: str) -> Open:
    """A petitioner's own page of that petition."""

    async def go(page: Page, world: World) -> None:
        made = getattr(world, name)
        await page.goto(f"/t/{made.number}")
        await page.fill("#code", made.code)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#documents")

    return go


async def _survey(page: Page, world: World) -> None:
    await page.goto(f"/t/{world.awaiting_survey.number}")
    if await page.locator("text=去评价").count() == 0:  # the browser remembers the code once it was given
        await page.fill("#code", world.awaiting_survey.code)
        await page.keyboard.press("Enter")
    await page.click("text=去评价")
    await page.wait_for_selector("form[data-pages]")


async def _survey_end(page: Page, world: World) -> None:
    await _survey(page, world)
    for _ in range(3):
        await page.click("text=下一题 >> visible=true")


async def _contact_person(page: Page, world: World) -> None:
    """Somebody on the list with a visit that found something."""
    await page.goto(f"/contacts?which=all&ticket={world.in_progress.number}")
    if await page.locator("table .what a").count() == 0:
        await page.click("text=列入名单 >> visible=true")
        await page.wait_for_url(re.compile("done=listed"))
        await page.check("[name=way][value=visit]")
        await page.fill("#contact-note", "房屋漏雨，本人希望帮助修缮。")
        await page.check("[name=needs]")
        await page.click(".act .primary")
        await page.wait_for_url(re.compile("done=needs"))
    else:
        await page.click("table .what a >> nth=0")


async def _reception(page: Page, _: World) -> None:
    """A reception in a week with somebody booked, planned the first time it is looked at."""
    await page.goto("/receptions")
    if await page.locator("table .what a").count() == 0:
        await page.fill("#leader", "王志强")
        await page.fill("#office", "局长")
        await page.fill("#place", "新城区退役军人服务中心接访室")
        await page.fill("#day", (datetime.now(SHANGHAI) + timedelta(days=7)).strftime("%Y-%m-%d"))
        await page.click("#plan .primary")
        await page.wait_for_url(re.compile("done=planned"))
        ref = page.url.partition("?")[0].rpartition("/")[2]
        await page.goto(f"/reception/{ref}")
        await page.check("[name=slot] >> nth=0")
        await page.fill("#name", "张建国")
        await page.fill("#phone", "13800138000")
        await page.fill("#matter", "抚恤金停发三个月")
        await page.click(".primary")
        await page.wait_for_selector(".receipt")
        await page.goto("/receptions")
    await page.click("table .what a >> nth=0")
    await page.wait_for_selector("td .row")


async def _reception_form(page: Page, _: World) -> None:
    await page.goto("/reception")
    await page.click("ul.own a >> nth=0")
    await page.wait_for_selector("#slot")


async def _report(page: Page, _: World) -> None:
    """The week that is not over."""
    await page.goto("/board/reports")
    await page.click("#weeks + ul a >> nth=0")
    await page.wait_for_selector("#totals")


async def _files(page: Page, world: World) -> None:
    """One that nobody makes: no worker runs here."""
    await page.goto("/board/files")
    if await page.locator(".case").count() == 0:
        await _report(page, world)
        await page.click("main form .primary")
        await page.wait_for_selector(".case")


OFFICER, HEAD = f"officer-{STATION}".lower(), f"unit_head-{STATION}".lower()
HELPER, LEADER = "unit_head-vs-150102002", f"supervisor-{CITY}".lower()
DISPATCHER = f"dispatcher-{COUNTY}".lower()
CALLER = f"callback-{COUNTY}".lower()
CLERK, AUDITOR = f"intake-{COUNTY}".lower(), f"auditor-{CITY}".lower()
ADMIN, GUARD = f"administrator-{CITY}".lower(), f"security-{CITY}".lower()

PAGES = (
    Shown("home", VISITOR, "/"),
    Shown("file", VISITOR, "/file"),
    Shown("file-where", VISITOR, _filing("where")),
    Shown("file-who", VISITOR, _filing("who")),
    Shown("file-review", VISITOR, _filing("review")),
    Shown("file-wrong", VISITOR, _wrong),
    Shown("receipt", VISITOR, _receipt),
    Shown("file-again-with-one-open", VISITOR, _filing("review")),
    Shown("form-too-old", VISITOR, _too_old),
    Shown("lookup", VISITOR, "/t"),
    Shown("lookup-rate", VISITOR, "/t?rate=1"),
    Shown("progress", VISITOR, _own),
    Shown("progress-merged", VISITOR, _own_merged),
    Shown("progress-split", VISITOR, _own_split),
    Shown("progress-recheck", VISITOR, _petition("rechecking")),
    Shown("progress-not-accepted", VISITOR, _petition("not_accepted")),
    Shown("survey", VISITOR, _survey),
    Shown("survey-end", VISITOR, _survey_end),
    Shown("home-high-contrast", VISITOR, "/?contrast=high"),
    Shown("file-high-contrast", VISITOR, "/file"),
    Shown("my", VISITOR, "/my?contrast=normal"),
    Shown("reception", VISITOR, "/reception"),
    Shown("privacy", VISITOR, "/privacy"),
    Shown("login", VISITOR, "/login"),
    Shown("not-found", VISITOR, "/nope"),
    Shown("queue", OFFICER, "/desk"),
    Shown("queue-narrowed", OFFICER, "/desk?view=open&class=P2&due=2099-12-31"),
    Shown("queue-picked", OFFICER, _picked),
    Shown("queue-results", OFFICER, _results),
    Shown("queue-keys", OFFICER, _keys),
    Shown("queue-palette", OFFICER, _palette),
    Shown("ticket-to-sign", OFFICER, "/desk/t/{dispatched}"),
    Shown("ticket-in-progress", OFFICER, "/desk/t/{in_progress}"),
    Shown("calls", OFFICER, "/desk/calls"),
    Shown("policies", OFFICER, "/policies?category=04"),
    Shown("policies-cited", OFFICER, "/policies/cited?policy=veterans-protection-law&article=21"),
    Shown("contacts-person", OFFICER, _contact_person),
    Shown("contacts", OFFICER, "/contacts?which=all"),
    Shown("person", OFFICER, "/desk/t/{in_progress}/person"),
    Shown("ticket-earlier", OFFICER, "/desk/t/{in_progress}/earlier"),
    Shown("ticket-to-review", HEAD, "/desk/t/{under_review}"),
    Shown("ticket-objected", DISPATCHER, "/desk/t/{objected}"),
    Shown("ticket-to-dispatch", DISPATCHER, "/desk/t/{registered}"),
    Shown("ticket-split", DISPATCHER, "/desk/t/{split}"),
    Shown("ticket-merged", DISPATCHER, "/desk/t/{merged}"),
    Shown("ticket-listed", OFFICER, "/desk/t/{listed}"),
    Shown("ticket-helped", OFFICER, "/desk/t/{helped}"),
    Shown("ticket-task", HELPER, "/desk/t/{helped}"),
    Shown("ticket-task-objected", DISPATCHER, "/desk/t/{helped}"),
    Shown("ticket-order-replied", LEADER, "/desk/t/{helped}"),
    Shown("ticket-recheck", "unit_head-vs-150102", "/desk/t/{rechecking}"),
    Shown("ticket-to-call", CALLER, "/desk/t/{awaiting_survey}"),
    Shown("ticket-closed", OFFICER, "/desk/t/{closed}"),
    Shown("account", HEAD, "/account"),
    Shown("board", HEAD, "/board"),
    Shown("board-dark", HEAD, "/board?theme=dark"),
    Shown("board-light", HEAD, "/board?theme=light&of=month&days=90"),
    Shown("board-tickets", HEAD, "/board/tickets"),
    Shown("board-rates", HEAD, "/board/rates?by=category"),
    Shown("board-dates", HEAD, "/board/dates?clock=petitioner&target=first_contact"),
    Shown("board-list", HEAD, "/board/list?what=open"),
    Shown("board-escalations", HEAD, "/board/escalations"),
    Shown("board-approvals", HEAD, "/board/approvals"),
    Shown("board-screen", HEAD, "/board/screen"),
    Shown("board-topics", LEADER, "/board/topics"),
    Shown("board-league", LEADER, "/board/league?tier=township"),
    Shown("board-reports", HEAD, "/board/reports"),
    Shown("board-report", HEAD, _report),
    Shown("board-files", HEAD, _files),
    Shown("receptions-one", CLERK, _reception),
    Shown("receptions", CLERK, "/receptions"),
    Shown("reception-form", CLERK, _reception_form),
    Shown("counter", CLERK, "/desk/new"),
    Shown("audit", AUDITOR, "/audit"),
    Shown("admin", ADMIN, "/admin"),
    Shown("admin-accounts", ADMIN, "/admin/users"),
    Shown("admin-account-new", ADMIN, "/admin/users/new"),
    Shown("admin-account", ADMIN, f"/admin/users/{OFFICER}"),
    Shown("admin-units", ADMIN, "/admin/units"),
    Shown("admin-units-found", ADMIN, "/admin/units?q=新城区"),
    Shown("admin-unit", ADMIN, f"/admin/units/{COUNTY}"),
    Shown("admin-import", ADMIN, "/admin/units/import"),
    Shown("admin-year", ADMIN, "/admin/calendar/2026"),
    Shown("admin-year-form", ADMIN, "/admin/calendar/2027/edit"),
    Shown("admin-hours", ADMIN, "/admin/calendar/hours"),
    Shown("admin-unit-hours", ADMIN, f"/admin/calendar/hours/{COUNTY}"),
    Shown("admin-policies", ADMIN, "/admin/policies"),
    Shown("admin-categories", ADMIN, "/admin/policies/categories"),
    Shown("admin-policy-diff", ADMIN, "/admin/policies/diff?effects=1"),
    Shown("admin-messages", ADMIN, "/admin/messages"),
    Shown("admin-work", ADMIN, "/admin/work"),
    Shown("security", GUARD, "/security"),
)
