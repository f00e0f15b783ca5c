"""Rechecks and reviews as they are kept: which there are, what can be asked for now, of whom, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.petitions.accept import NoPetition
from jiesu.petitions.issue import latest_document
from jiesu.petitions.models import Document, Recheck
from jiesu.petitions.rulebook import PetitionRules, organ_above
from jiesu.petitions.serve import served_first
from jiesu.petitions.words import CaseState, DocumentKind, Stage, Verdict
from jiesu.sla.classes import LAW
from jiesu.sla.deadlines import due
from jiesu.sla.limits import Limit, Target
from jiesu.sla.wording import moment_words
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = [
    "ASKING", "DECIDING", "TARGETS", "Room", "case_of", "cases_of", "may_decide_case", "revoked_among", "revoking", "room_to_ask", "within",
]  # fmt: skip

#: How long after receiving an opinion it may be disputed (Art. 35, 36).
WINDOW = Limit(30, "natural_days")
ASKING = {Stage.RECHECK: Step.ASK_RECHECK, Stage.REVIEW: Step.ASK_REVIEW}
DECIDING = {Stage.RECHECK: Step.DECIDE_RECHECK, Stage.REVIEW: Step.DECIDE_REVIEW}
TARGETS = {Stage.RECHECK: Target.RECHECK, Stage.REVIEW: Target.REVIEW}
DISPUTED = {Stage.RECHECK: DocumentKind.OPINION, Stage.REVIEW: DocumentKind.RECHECK}


class NothingToDispute(Conflict):
    zh = "还没有可以申请复查、复核的意见书。"
    en = "There is no opinion yet that a recheck or review could be asked for."


class AskedAlready(Conflict):
    zh = "这件事已经申请过，每级只能申请一次。"
    en = "It was asked for already: each is asked for once."


class WindowClosed(Conflict):
    zh = "申请要在收到意见书30日内提出，{until}已经截止，依法不再受理。有新的事实和理由的，可以另行反映。"
    en = "It had to be asked for within 30 days of receiving the opinion; that ended {until}. New facts may be filed as a new appeal."


class OutsideTheNetwork(Conflict):
    zh = "作出意见的是本系统最高一级，请持意见书向{above}申请。"
    en = "The opinion is of the top of this network. Take it to {above} and ask there."


class Room(msgspec.Struct, frozen=True):
    """Who would decide, of which document, and until when it can be asked for; no end before the document was served."""

    stage: Stage
    round: int
    organ: str
    disputed: Document
    until: datetime | None


async def cases_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Recheck]:
    """The recheck, then the review; and again of a new opinion, where one was revoked."""
    return (await uow.session.scalars(select(Recheck).where(Recheck.ticket_id == ticket.id).order_by(Recheck.id))).all()


async def case_of(uow: UnitOfWork, ticket: Ticket) -> Recheck | None:
    """The one that waits to be decided."""
    waiting = select(Recheck).where(Recheck.ticket_id == ticket.id, Recheck.state == CaseState.ASKED)
    return await uow.session.scalar(waiting)


def revoking(cases: Sequence[Recheck]) -> list[int]:
    """The documents that revoked opinions: what was issued before the last of them is no opinion any more."""
    return [case.document_id for case in cases if case.verdict is Verdict.REVOKED and case.document_id is not None]


def revoked_among(documents: Sequence[Document], cases: Sequence[Recheck]) -> set[int]:
    """Opinions that were revoked, the recheck's with the first one's; what revoked them is none of these."""
    opinions = [each for each in documents if each.kind in DISPUTED.values()]
    found, since = set[int](), 0
    for until in revoking(cases):
        found |= {each.id for each in opinions if since < each.id < until}
        since = until
    return found


async def room_to_ask(uow: UnitOfWork, rules: PetitionRules, ticket: Ticket, stage: Stage) -> Room:
    """Raises NoPetition, NothingToDispute, AskedAlready, WindowClosed, OutsideTheNetwork.

    The window begins when the opinion is received: before its service is on record it does not end.
    """
    if not ticket.is_petition:
        raise NoPetition("action")
    cases = await cases_of(uow, ticket)
    revoked = revoking(cases)
    if any(case.stage is stage and case.round > len(revoked) for case in cases):
        raise AskedAlready("action")
    disputed = await latest_document(uow, ticket, DISPUTED[stage], after=max(revoked, default=0))
    if disputed is None:
        raise NothingToDispute("action")
    served = await served_first(uow, disputed)
    until = due(WINDOW, served, rules.calendars.default).due_at if served else None
    if until is not None and uow.now > until:
        raise WindowClosed("action", until=moment_words(until, "zh"))
    organ = organ_above(rules.organisation, ticket, disputed.unit)
    if organ is None:
        raise OutsideTheNetwork("action", above=rules.documents.above_the_top)
    return Room(stage, len(revoked) + 1, organ, disputed, until)


def within(rules: PetitionRules, ticket: Ticket, stage: Stage) -> Limit:
    """How long the organ has: what the ticket's policy says for petitions, at most what the law does."""
    target = TARGETS[stage]
    return rules.clocks_of(ticket.policy_version).classes["X"].limits.get(target, LAW[target])


def may_decide_case(staff: Staff, case: Recheck, disputed: Document | None) -> bool:
    """Somebody of the organ itself, who did not sign what is disputed from any post."""
    return staff.unit == case.organ and not (disputed is not None and staff.is_me(disputed.staff_id))
