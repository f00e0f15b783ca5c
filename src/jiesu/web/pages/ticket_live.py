"""What an open ticket page tells in the background: drafts, and who is there; and the pages beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.calls import calls_today
from jiesu.desk.drafts import drop_draft, keep_draft
from jiesu.desk.earlier import earlier_tickets
from jiesu.desk.history import HistoryLine, for_staff
from jiesu.desk.personal_file import open_personal_file
from jiesu.errors import DomainError
from jiesu.kernel import Kernel
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.wording import moment_words
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository
from jiesu.web.actions import ACTIONS
from jiesu.web.api.desk import refuse_classified
from jiesu.web.dependencies import version_of
from jiesu.web.pages.deciding import fields_of_step
from jiesu.web.pages.forms import fields_of, problem_of
from jiesu.web.pages.languages import speaker
from jiesu.web.pages.rendering import go, render
from jiesu.web.pages.words import WORDS
from jiesu.web.presence import Presence, Present
from jiesu.web.signed_in import acting_staff

__all__ = ["CallPages", "PersonPages", "TicketLivePages"]

#: Of what happened meanwhile so many lines are told.
TOLD = 3


class Kept(msgspec.Struct, frozen=True):
    """What became of a draft: the sentence to show, or what is wrong with it; neither when there was nothing to keep."""

    text: str | None = None
    problem: str | None = None


class Other(msgspec.Struct, frozen=True):
    """A colleague on the page, in words; `writing` while they fill in a step."""

    text: str
    writing: bool


class Told(msgspec.Struct, frozen=True):
    """Who else is there, and what happened since the page was opened, the newest last; none when nothing did."""

    others: list[Other]
    version: int
    changes: list[str]


class TicketLivePages(Controller):
    path = "/desk/t/{number:str}"

    @post("/draft", status_code=HTTP_200_OK)
    async def draft(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Keep what is being written for a step (存草稿), or forget it with `keep=no`. Nothing classified is kept."""
        fields = await fields_of(request)
        ticket = await TicketRepository(uow).find(number)
        staff.see(ticket)
        step = fields.get("action", "")
        if step not in ACTIONS:
            return Response(Kept())
        if fields.get("keep") == "no":
            await drop_draft(uow, staff, ticket, step)
            return go(f"/desk/t/{number}#step-{step}")
        try:
            typed = {name: fields[name] for name in fields_of_step(step) if name in fields}
            refuse_classified(rules, typed)
            saved = await keep_draft(uow, staff, ticket, step, typed)
        except DomainError as error:
            problem = problem_of(error, locale)
            return Response(Kept(problem=problem.text), status_code=problem.status)
        _ = speaker(locale)
        return Response(Kept(_("草稿，保存于 {when}", when=moment_words(saved, locale)) if saved else None))

    @post("/presence", status_code=HTTP_200_OK)
    async def presence(
        self, request: Request[Any, Any, Any], number: FromPath[str], locale: NamedDependency[Locale]
    ) -> Response[Any]:
        """A page that is open says so (在看、在写) and learns who else is there and what changed. No transaction is open
        while Redis is asked."""
        kernel: Kernel = request.app.state.kernel
        rules, fields = await kernel.refresh(), await fields_of(request)
        presence = Presence(request.app.state.redis)
        async with kernel.db.begin() as uow:
            staff = await acting_staff(request, uow)
            ticket = await TicketRepository(uow).find(number)
            staff.see(ticket)
            changed = await _changes(uow, rules, ticket, fields, locale)
        if "leave" in fields:
            await presence.leave(ticket.id, staff)
            return Response(Told([], ticket.version, []))
        writing = fields.get("writing", "")
        there = await presence.tell(ticket.id, staff, writing if writing in ACTIONS else None, uow.now)
        return Response(Told([_other(one, uow.now, locale) for one in there], ticket.version, changed))

    @get("/earlier")
    async def earlier(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        cursor: FromQuery[str] = "",
    ) -> Response[Any]:
        """More of the petitioner's earlier tickets (以往诉求)."""
        ticket = await TicketRepository(uow).find(number)
        staff.see(ticket)
        found = await earlier_tickets(uow, rules, staff, ticket, locale, cursor=cursor)
        return render(request, "earlier.html", staff=staff, number=ticket.number, earlier=found, later=bool(cursor))


class PersonPages(Controller):
    path = "/desk/t/{number:str}/person"

    @get("/")
    async def person(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """The petitioner's personal file (一人一档); every look leaves a trace."""
        file = await open_personal_file(uow, rules, staff, number, locale)
        return render(request, "person.html", staff=staff, file=file, back=f"/desk/t/{number}", back_text=number)


class CallPages(Controller):
    path = "/desk/calls"

    @get("/")
    async def calls(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Whom to call today (今天要打的电话)."""
        return render(request, "calls.html", staff=staff, calls=await calls_today(uow, rules, staff, locale))


async def _changes(uow: UnitOfWork, rules: Rules, ticket: Ticket, fields: dict[str, str], locale: Locale) -> list[str]:
    """What happened since the page last heard, when the ticket has another version now."""
    if ticket.version == version_of(fields.get("version", "")):
        return []
    lines = await for_staff(uow, rules, ticket, locale)
    return [_sentence(line) for line in lines if line.at > _moment(fields.get("seen", ""), uow.now)][-TOLD:]


def _sentence(line: HistoryLine) -> str:
    return f"{line.who} {line.what}".strip()


def _moment(text: str, now: datetime) -> datetime:
    """What the page says it has seen; a text that is no moment has seen all."""
    try:
        seen = datetime.fromisoformat(text)
    except ValueError:
        return now
    return seen if seen.tzinfo else now


def _other(one: Present, now: datetime, locale: Locale) -> Other:
    _ = speaker(locale)
    if one.writing is None:
        return Other(_("{name}也在看这张工单", name=one.name), writing=False)
    name, minutes = WORDS["step"].get(one.writing, one.writing), int((now - one.since).total_seconds() // 60)
    since = _("{n}分钟前开始", n=minutes) if minutes else _("刚刚开始")
    return Other(_("{name}正在填写“{step}”，{since}", name=one.name, step=_(name), since=since), writing=True)
