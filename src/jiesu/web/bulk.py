"""One step on many tickets, each for itself: what is refused for one leaves the others done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from sqlalchemy import select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError
from jiesu.kit.locale import Locale
from jiesu.kit.numbers import normalise_number
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import say_status
from jiesu.web.actions import Call
from jiesu.web.api.desk import act

__all__ = ["MOST", "Together", "TogetherResult", "act_on_all", "bulk_steps"]

#: Tickets at a time: so many locks are held until the last is done.
MOST = 100
Together = Literal["sign", "acknowledge", "note", "dispatch"]
_RIGHTS: dict[Together, Right] = {
    "sign": Right.HANDLE,
    "acknowledge": Right.SUPERVISE,
    "note": Right.HANDLE,
    "dispatch": Right.DISPATCH,
}


class TogetherResult(msgspec.Struct, frozen=True):
    """What became of one ticket: where it stands now, or why it was refused."""

    number: str
    done: bool
    status: str | None = None
    status_text: str | None = None
    problem: str | None = None


def bulk_steps(staff: Staff) -> list[Together]:
    """Steps that the person's role may take on many at once."""
    return [step for step, right in _RIGHTS.items() if staff.has(right)]


async def act_on_all(
    uow: UnitOfWork, rules: Rules, staff: Staff, numbers: Iterable[str], action: str, body: Any, locale: Locale
) -> list[TogetherResult]:
    """Take the step on each ticket, in a savepoint of its own. Raises msgspec.ValidationError for a body that does not fit.

    Tickets are locked in the order of their keys, as the ladder locks them, so that nobody waits for another in a ring.
    """
    wanted = dict.fromkeys(normalise_number(number) or number for number in numbers)
    proper = [number for number in wanted if normalise_number(number)]  # PostgreSQL is asked for no other text
    known = await uow.session.scalars(select(Ticket.number).where(Ticket.number.in_(proper)).order_by(Ticket.id))
    results = {}
    for number in dict.fromkeys([*known, *wanted]):  # whoever may not see one is answered like whoever asks for none
        results[number] = await _one(Call(uow, rules, staff, number, None), action, body, locale)
    return [results[number] for number in wanted]


async def _one(call: Call, action: str, body: Any, locale: Locale) -> TogetherResult:
    try:
        async with call.uow.attempt():
            ticket = await act(call, action, body)
    except DomainError as error:
        return TogetherResult(call.number, done=False, problem=error.say(locale))
    return TogetherResult(call.number, True, ticket.status, say_status(ticket.status, locale))
