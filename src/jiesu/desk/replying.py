"""Reply templates filled in for one ticket and one writer."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import category_named, unit_named
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.petitioners.models import Petitioner
from jiesu.rules import Rules
from jiesu.sla.limits import ClockKind
from jiesu.sla.models import ClockState, Deadline
from jiesu.sla.wording import day_words, moment_words
from jiesu.tickets.models import Ticket
from jiesu.tickets.replies import FIELDS, Reply

__all__ = ["ReplyView", "reply_views"]

#: What the writer fills in by hand.
EMPTY = "＿＿＿"


class ReplyView(msgspec.Struct, frozen=True):
    """A text ready to be put into `field` of a step's form."""

    code: str
    step: str
    field: str
    name: str
    text: str


async def reply_views(
    uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, locale: Locale = "zh"
) -> list[ReplyView]:
    """Those that fit the ticket's category. The caller has checked that the person may see the ticket.

    The petitioner is addressed by family name, as masked data shows it anyway, and only by whoever may know who it is.
    """
    found = rules.replies.for_category(ticket.category)
    blanks = await _blanks(uow, rules, staff, ticket)
    return [
        ReplyView(reply.code, step, FIELDS[step], reply.name(locale), _filled(reply, blanks))
        for reply in found
        for step in sorted(reply.steps)
    ]


def _filled(reply: Reply, blanks: dict[str, str]) -> str:
    return reply.text.format_map(blanks)


async def _blanks(uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket) -> dict[str, str]:
    unit, category = unit_named(rules, ticket.lead_unit or staff.unit), category_named(rules, ticket.category)
    return {
        "name": await _address(uow, staff, ticket),
        "number": ticket.number,
        "unit": unit.name if unit else EMPTY,
        "officer": staff.name,
        "due": await _due(uow, ticket),
        "result": ticket.result or EMPTY,
        "category": category.name if category else EMPTY,
        "today": day_words(uow.now.astimezone(SHANGHAI).date(), "zh"),
    }


async def _address(uow: UnitOfWork, staff: Staff, ticket: Ticket) -> str:
    """ "张同志", "同志" where there is no name or it is none of the writer's business."""
    if ticket.petitioner_id is None or not staff.may_know_who(ticket):
        return "同志"
    person = await uow.session.get(Petitioner, ticket.petitioner_id)
    return f"{person.name[:1]}同志" if person and person.name else "同志"


async def _due(uow: UnitOfWork, ticket: Ticket) -> str:
    """The petitioner's last running date."""
    query = select(Deadline.due_at).where(
        Deadline.ticket_id == ticket.id,
        Deadline.clock == ClockKind.PETITIONER,
        Deadline.state == ClockState.RUNNING,
    )
    moments = (await uow.session.scalars(query)).all()
    return moment_words(max(moments), "zh") if moments else EMPTY
