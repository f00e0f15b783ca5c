"""Every page and state of a page that people see, and how a browser gets there: what accessibility, width and pictures are tried on.

A new page has its line here.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page

from tests.builders.forms import CITY, CLEAR, COUNTY, STATION
from tests.builders.make import Made, Make

__all__ = ["PAGES", "Shown", "World", "enter", "make_world"]

VISITOR = ""


@dataclass(frozen=True)
class World:
    """Tickets to look at, one in each state that has a face of its own."""

    dispatched: Made
    objected: Made
    in_progress: Made
    under_review: Made
    awaiting_survey: Made
    closed: Made


async def make_world(make: Make) -> World:
    return World(**{name: await make.ticket(name) for name in World.__annotations__})


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
            await page.goto(self.way.format(**numbers))


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


OFFICER, HEAD = f"officer-{STATION}".lower(), f"unit_head-{STATION}".lower()
DISPATCHER = f"dispatcher-{COUNTY}".lower()
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
    Shown("survey", VISITOR, _survey),
    Shown("survey-end", VISITOR, _survey_end),
    Shown("home-high-contrast", VISITOR, "/?contrast=high"),
    Shown("file-high-contrast", VISITOR, "/file"),
    Shown("my", VISITOR, "/my?contrast=normal"),
    Shown("privacy", VISITOR, "/privacy"),
    Shown("login", VISITOR, "/login"),
    Shown("not-found", VISITOR, "/nope"),
    Shown("queue", OFFICER, "/desk"),
    Shown("ticket-to-sign", OFFICER, "/desk/t/{dispatched}"),
    Shown("ticket-in-progress", OFFICER, "/desk/t/{in_progress}"),
    Shown("calls", OFFICER, "/desk/calls"),
    Shown("ticket-earlier", OFFICER, "/desk/t/{in_progress}/earlier"),
    Shown("ticket-to-review", HEAD, "/desk/t/{under_review}"),
    Shown("ticket-objected", DISPATCHER, "/desk/t/{objected}"),
    Shown("account", HEAD, "/account"),
    Shown("board", HEAD, "/board"),
    Shown("board-tickets", HEAD, "/board/tickets"),
    Shown("counter", CLERK, "/desk/new"),
    Shown("audit", AUDITOR, "/audit"),
    Shown("admin", ADMIN, "/admin"),
    Shown("admin-accounts", ADMIN, "/admin/users"),
    Shown("admin-account-new", ADMIN, "/admin/users/new"),
    Shown("admin-account", ADMIN, f"/admin/users/{OFFICER}"),
    Shown("admin-work", ADMIN, "/admin/work"),
    Shown("security", GUARD, "/security"),
)
