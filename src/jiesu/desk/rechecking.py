"""Rechecks and reviews as they are shown, and which steps on them make sense now."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import local
from jiesu.desk.names import Named, unit_or_code
from jiesu.errors import DomainError
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.petitions.cases import DISPUTED, case_of, cases_of, may_decide_case, room_to_ask
from jiesu.petitions.decide import hearing_lasts
from jiesu.petitions.issue import latest_document
from jiesu.petitions.words import VERDICTS, Stage
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status, Step

__all__ = ["AskView", "RecheckView", "ask_view", "recheck_views", "refused_by_rechecks"]

_ASKING = {Step.ASK_RECHECK: Stage.RECHECK, Step.ASK_REVIEW: Stage.REVIEW}
_DECIDING = frozenset({Step.DECIDE_RECHECK, Step.DECIDE_REVIEW, Step.HOLD_HEARING, Step.END_HEARING})
#: Where one may be asked for, and which comes first.
_OPEN_TO = {Status.AWAITING_SURVEY: (Stage.RECHECK,), Status.CLOSED: (Stage.RECHECK, Stage.REVIEW)}


class RecheckView(msgspec.Struct, frozen=True):
    """A recheck or review; `verdict` and `opinion` once it is decided."""

    stage: str
    state: str
    organ: Named
    reason: str
    asked_at: datetime
    verdict: str | None
    verdict_text: str | None
    opinion: str | None
    decided_at: datetime | None


class AskView(msgspec.Struct, frozen=True):
    """What the petitioner may ask for now, of whom, and until when; `until` is null before the opinion was served."""

    stage: str
    organ: Named
    until: datetime | None


async def recheck_views(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[RecheckView]:
    """The recheck, then the review."""
    if not ticket.is_petition:
        return []
    return [
        RecheckView(
            stage=case.stage,
            state=case.state,
            organ=unit_or_code(rules, case.organ, locale),
            reason=case.reason,
            asked_at=case.asked_at.astimezone(SHANGHAI),
            verdict=case.verdict,
            verdict_text=VERDICTS[case.verdict][locale == "en"] if case.verdict else None,
            opinion=case.opinion,
            decided_at=local(case.decided_at),
        )
        for case in await cases_of(uow, ticket)
    ]


async def ask_view(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> AskView | None:
    """None where nothing can be asked for."""
    if not ticket.is_petition:
        return None
    for stage in _OPEN_TO.get(ticket.status, ()):
        try:
            room = await room_to_ask(uow, rules, ticket, stage)
        except DomainError:
            continue
        return AskView(room.stage, unit_or_code(rules, room.organ, locale), local(room.until))
    return None


async def refused_by_rechecks(
    uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, steps: Set[Step]
) -> set[Step]:
    """Of these steps, those that the law, the dates, or who decides forbid."""
    refused = set()
    if steps & _ASKING.keys():
        room = await ask_view(uow, rules, ticket)
        refused = {step for step, stage in _ASKING.items() if room is None or room.stage != stage}
    if steps & _DECIDING:
        case = await case_of(uow, ticket)
        if case is None or not may_decide_case(staff, case, await latest_document(uow, ticket, DISPUTED[case.stage])):
            return refused | _DECIDING
        lasts = await hearing_lasts(uow, ticket)
        refused |= {Step.HOLD_HEARING, Step.DECIDE_REVIEW} if lasts else {Step.END_HEARING}
    return refused
