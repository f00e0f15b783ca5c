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
        while await page.locator("[name=step]").get_attribute("value") != step:
            await page.click("text=下一步")

    return go


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
    Shown("lookup", VISITOR, "/t"),
    Shown("lookup-rate", VISITOR, "/t?rate=1"),
    Shown("progress", VISITOR, _own),
    Shown("my", VISITOR, "/my"),
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
    Shown("board-dark", HEAD, "/board?theme=dark"),
    Shown("board-light", HEAD, "/board?theme=light&of=month&days=90"),
    Shown("board-tickets", HEAD, "/board/tickets"),
    Shown("board-list", HEAD, "/board/list?what=open"),
    Shown("board-escalations", HEAD, "/board/escalations"),
    Shown("board-approvals", HEAD, "/board/approvals"),
    Shown("board-screen", HEAD, "/board/screen"),
    Shown("counter", CLERK, "/desk/new"),
    Shown("audit", AUDITOR, "/audit"),
    Shown("admin", ADMIN, "/admin"),
    Shown("admin-accounts", ADMIN, "/admin/users"),
    Shown("admin-account-new", ADMIN, "/admin/users/new"),
    Shown("admin-account", ADMIN, f"/admin/users/{OFFICER}"),
    Shown("admin-work", ADMIN, "/admin/work"),
    Shown("security", GUARD, "/security"),
)
