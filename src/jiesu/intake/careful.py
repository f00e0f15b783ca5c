"""Later words of a petitioner, looked at before they are kept: what looks classified goes to its keeper alone."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from jiesu.db.uow import UnitOfWork
from jiesu.petitions.ask import ask_locked
from jiesu.petitions.words import Stage
from jiesu.rules import Rules
from jiesu.secrecy.models import Place
from jiesu.secrecy.patterns import Finding
from jiesu.secrecy.withhold import PLACEHOLDER, keeper_of, suspicious, withhold
from jiesu.surveys.answer import answer_survey
from jiesu.surveys.answers import Answers
from jiesu.tickets.events import PETITIONER
from jiesu.tickets.guard import optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import ChoosePart, parts_of
from jiesu.tickets.reopen import reopen_locked
from jiesu.tickets.supplement import supplement_ticket
from jiesu.tickets.words import Status

__all__ = ["answer_carefully", "ask_carefully", "reopen_carefully", "supplement_carefully"]


async def supplement_carefully(uow: UnitOfWork, rules: Rules, ticket: Ticket, text: str, *, confirmed: bool) -> None:
    """Add details to one's own locked ticket; a text that looks classified answers a request all the same.

    Raises LooksClassified besides.
    """
    text = required(text, "text", "补充内容")
    found = suspicious(rules.secrecy, "text", [text], confirmed=confirmed)
    await supplement_ticket(uow, ticket, PLACEHOLDER if found else text, PETITIONER)
    await _withhold(uow, rules, ticket, Place.SUPPLEMENT, text, found)


async def reopen_carefully(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, reason: str, *, confirmed: bool, part: int | None = None
) -> None:
    """Have one's own locked ticket taken up again; of one in parts, that `part`. Raises LooksClassified, ChoosePart besides."""
    ticket = await _closed_part(uow, ticket, part) if ticket.parts else ticket
    reason = required(reason, "reason", "新的事实", 2000)
    found = suspicious(rules.secrecy, "reason", [reason], confirmed=confirmed)
    await reopen_locked(uow, ticket, PLACEHOLDER if found else reason, PETITIONER)
    await _withhold(uow, rules, ticket, Place.NEW_FACTS, reason, found)


async def _closed_part(uow: UnitOfWork, whole: Ticket, no: int | None) -> Ticket:
    for part in await parts_of(uow, whole, lock=True):
        if part.part_no == no and part.status is Status.CLOSED:
            return part
    raise ChoosePart("part")


async def ask_carefully(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, stage: Stage, reason: str, *, confirmed: bool
) -> None:
    """Ask for a recheck or review of one's own locked petition. Raises LooksClassified besides."""
    reason = required(reason, "reason", "不服的理由", 1000)
    found = suspicious(rules.secrecy, "reason", [reason], confirmed=confirmed)
    await ask_locked(uow, rules, ticket, stage, PLACEHOLDER if found else reason, PETITIONER)
    await _withhold(uow, rules, ticket, Place.DISPUTE, reason, found)


async def answer_carefully(uow: UnitOfWork, rules: Rules, token: str, answers: Answers, *, confirmed: bool) -> Ticket:
    """`answer_survey`: the answers count, the words beside them are withheld. Raises LooksClassified, UnknownReason besides."""
    rules.reasons.check(answers.reasons)
    reason = optional(answers.reason, "reason", "原因", 500)
    found = suspicious(rules.secrecy, "reason", [reason], confirmed=confirmed)
    shown = msgspec.structs.replace(answers, reason=PLACEHOLDER) if found else answers
    ticket = await answer_survey(uow, token, shown)
    await _withhold(uow, rules, ticket, Place.SURVEY, reason or "", found)
    return ticket


async def _withhold(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, place: Place, text: str, found: Sequence[Finding]
) -> None:
    if found:
        keeper = keeper_of(rules.secrecy, rules.organisation, ticket)
        await withhold(uow, ticket, keeper, place, text, found, PETITIONER)
