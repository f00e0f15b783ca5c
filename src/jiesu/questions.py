"""What follows a question to the petitioner (请补充材料) that stays unanswered: its ticket stands still, and nobody else would notice."""

from __future__ import annotations

from datetime import timedelta

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.notifications.tell import tell_post
from jiesu.promises import follow_link, tell
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository
from jiesu.tickets.request_info import REMIND_INFO
from jiesu.tickets.words import Status

__all__ = ["remind_later", "remind_of_question"]


async def remind_later(uow: UnitOfWork, rules: Rules, ticket: Ticket, times: int = 1) -> None:
    """Come back to it after the policy's days, in office hours."""
    days = rules.clocks_of(ticket.policy_version).beside.info_reminder
    at = rules.calendars.of(ticket.post).next_office_time(uow.now + timedelta(days=days))
    payload = {"ticket_id": ticket.id, "times": times}
    key = f"{REMIND_INFO}:{ticket.id}:{times}"
    await jobs.schedule(uow, jobs.Promise(REMIND_INFO, at, key, payload, ticket.id, jobs.Priority.BULK))


async def remind_of_question(uow: UnitOfWork, rules: Rules, ticket_id: int, times: int) -> None:
    """The petitioner is asked once more, and the desk told each time, until there is an answer. Locks the ticket."""
    ticket = await TicketRepository(uow).lock_id(ticket_id)
    if ticket.status is not Status.NEED_INFO:
        return
    if times == 1:
        blanks = {"question": ticket.reply or "", "link": await follow_link(uow, rules, ticket)}
        await tell(uow, rules, ticket, "need_info_reminder", blanks)
    await tell_post(
        uow, key=f"info_waiting:{ticket.id}:{times}", unit=ticket.post, ticket_id=ticket.id, kind="info_waiting"
    )
    await remind_later(uow, rules, ticket, times + 1)
