"""What an officer wants at hand beside a ticket: reply templates, the petitioner's earlier tickets, today's calls."""

from __future__ import annotations

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.alike import AlikeRow, alike_tickets, described
from jiesu.desk.calls import CallRow, calls_today
from jiesu.desk.earlier import EarlierPage, earlier_tickets
from jiesu.desk.personal_file import PersonalFile, open_personal_file
from jiesu.desk.replying import ReplyView, reply_views
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.repository import TicketRepository

__all__ = ["AtHandController"]


class AtHandController(Controller):
    path = "/desk"
    tags = ("desk",)

    @get("/calls", operation_id="ListCalls")
    async def calls(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> list[CallRow]:
        """Petitioners to call today, as the last contacts say, the soonest first (今天要打的电话)."""
        return await calls_today(uow, rules, staff, locale)

    @get("/tickets/{number:str}/replies", operation_id="ListReplies")
    async def replies(
        self,
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> list[ReplyView]:
        """Reply templates that fit the ticket's category, filled in (常用语). ＿＿＿ is left for the writer."""
        ticket = await TicketRepository(uow).find(number)
        staff.see(ticket)
        return await reply_views(uow, rules, staff, ticket, locale)

    @get("/tickets/{number:str}/alike", operation_id="ListAlikeTickets")
    async def alike(
        self,
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> list[AlikeRow]:
        """Open tickets that may be about the same matter, the most alike first (可能是同一件事)."""
        ticket = await TicketRepository(uow).find(number)
        staff.see(ticket)
        return await alike_tickets(uow, rules, staff, described(staff, ticket), locale)

    @get("/tickets/{number:str}/earlier", operation_id="ListEarlierTickets")
    async def earlier(
        self,
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        cursor: FromQuery[str] = "",
    ) -> EarlierPage:
        """Other tickets of the same petitioner that the person may see, the newest first (以往诉求).

        Empty for whoever may not know who the petitioner is.
        """
        ticket = await TicketRepository(uow).find(number)
        staff.see(ticket)
        return await earlier_tickets(uow, rules, staff, ticket, locale, cursor=cursor)

    @get("/tickets/{number:str}/person", operation_id="OpenPersonalFile")
    async def person(
        self,
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> PersonalFile:
        """All tickets of the petitioner that the person may see, with contacts and outcomes, masked (一人一档).

        Every look is in the trail of this ticket. 404 also for who may not know who the petitioner is.
        """
        return await open_personal_file(uow, rules, staff, number, locale)
