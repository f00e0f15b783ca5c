"""Which steps a person may take on a ticket now, the likeliest first."""

from __future__ import annotations

from collections.abc import Set

from sqlalchemy import exists, select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.excluding import refused_by_exclusions
from jiesu.desk.extending import possible_decisions, room_view
from jiesu.desk.listing import refused_by_listings
from jiesu.desk.objecting import refused_by_objections
from jiesu.desk.ordering import refused_by_orders
from jiesu.desk.rechecking import refused_by_rechecks
from jiesu.desk.tasks import refused_by_tasks
from jiesu.escalation.models import Escalation
from jiesu.escalation.waiting import awaited_of
from jiesu.intake.unsplit import can_unsplit
from jiesu.petitions.convert import convertible
from jiesu.petitions.pending import pending_below
from jiesu.petitions.serve import unserved
from jiesu.routing.merge import mergeable
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.limits import Target
from jiesu.surveys.correct import may_be_corrected
from jiesu.surveys.resend import MOST, has_telephone
from jiesu.surveys.send import latest_survey
from jiesu.surveys.words import SurveyState
from jiesu.tickets.hold import held, may_hold
from jiesu.tickets.models import Ticket
from jiesu.tickets.reclass import may_reclass
from jiesu.tickets.states import Actor, allowed
from jiesu.tickets.words import Nature, Status, Step
from jiesu.units.organisation import Organisation

__all__ = ["ACKNOWLEDGE", "steps_for"]

#: What people come to a ticket for, most often first.
LIKELIEST = (
    Step.SIGN,
    Step.DECIDE_RECHECK,
    Step.END_HEARING,
    Step.DECIDE_REVIEW,
    Step.HOLD_HEARING,
    Step.ACCEPT,
    Step.REFUSE_ACCEPTANCE,
    Step.DESIGNATE,
    Step.REPLY_ORDER,
    Step.ACCEPT_REPLY,
    Step.RETURN_REPLY,
    Step.FINISH_TASK,
    Step.PLAN,
    Step.SUBMIT,
    Step.CONTACT,
    Step.CALL_BACK,
    Step.RESEND_SURVEY,
    Step.CORRECT_ANSWER,
    Step.APPROVE,
    Step.SEND_BACK,
    Step.GRANT_EXTENSION,
    Step.REFUSE_EXTENSION,
    Step.DISPATCH,
    Step.ANSWER,
    Step.MERGE,
    Step.SPLIT,
    Step.DIVERT,
    Step.REQUEST_INFO,
    Step.SUPPLEMENT,
    Step.INFORM,
    Step.EXTEND,
    Step.GRANT_LISTING,
    Step.REFUSE_LISTING,
    Step.UNLIST,
    Step.LIST,
    Step.SUPERVISE,
    Step.ASK_TASK,
    Step.GIVE_TASK,
    Step.KEEP_TASK,
    Step.RELIEVE_TASK,
    Step.OBJECT_TASK,
    Step.OBJECT,
    Step.SERVE,
    Step.ASK_RECHECK,
    Step.ASK_REVIEW,
    Step.RECLASS,
    Step.CONVERT,
    Step.GRANT_EXCLUSION,
    Step.REFUSE_EXCLUSION,
    Step.REOPEN,
    Step.UNMERGE,
    Step.UNSPLIT,
    Step.EXCLUDE,
    Step.NOTE,
    Step.RECUSE,
)
DECISIONS = {Step.GRANT_EXTENSION: "grant", Step.REFUSE_EXTENSION: "refuse"}
#: Whether these can be taken depends on deadlines and extensions.
CLOCKED = frozenset({Step.PLAN, Step.EXTEND, *DECISIONS})
#: Not a step of the ticket's own life, but offered beside them.
ACKNOWLEDGE = "acknowledge"
HOLD, LIFT_HOLD = "hold", "lift_hold"


async def steps_for(uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket) -> list[str]:
    """The names the desk API takes as `action`; what a guard would refuse is left out."""
    if ticket.erased_at is not None:
        return []
    rights: list[Right | Actor] = [right for right in Right if staff.may(right, ticket)]
    if staff.helps(ticket):
        rights.append(Actor.CO_HANDLER)
    open_ = {step for step in allowed(ticket.status, rights) if _passes(rules.organisation, staff, ticket, step)}
    late = await _refused_by_clocks(uow, rules, staff, ticket, open_ & CLOCKED)
    late |= await refused_by_listings(uow, staff, ticket, open_)
    late |= await refused_by_orders(uow, rules, staff, ticket, open_)
    late |= await refused_by_tasks(uow, staff, ticket, open_)
    late |= await refused_by_objections(uow, rules, staff, ticket, open_)
    late |= await refused_by_rechecks(uow, rules, staff, ticket, open_)
    late |= await _refused_by_petition(uow, rules, staff, ticket, open_)
    if Step.SERVE in open_ and await unserved(uow, ticket) is None:
        late.add(Step.SERVE)
    if Step.UNSPLIT in open_ and not await can_unsplit(uow, ticket):
        late.add(Step.UNSPLIT)
    late |= await refused_by_exclusions(uow, rules, staff, ticket, open_)
    if Step.CALL_BACK in open_:
        late |= await _refused_by_survey(uow, staff, ticket)
    if Step.CORRECT_ANSWER in open_ and not await _correctable(uow, staff, ticket):
        late.add(Step.CORRECT_ANSWER)
    steps = [str(step) for step in sorted(open_ - late, key=LIKELIEST.index)]
    if await _waits_here(uow, staff, ticket):
        steps.insert(0, ACKNOWLEDGE)
    if not ticket.is_open and may_hold(staff, ticket):
        steps.append(HOLD if await held(uow, ticket) is None else LIFT_HOLD)
    return steps


def _passes(organisation: Organisation, staff: Staff, ticket: Ticket, step: Step) -> bool:
    if step is Step.ANSWER:
        return ticket.nature is Nature.CONSULT
    if step in (Step.MERGE, Step.SPLIT):
        return mergeable(ticket)
    if step is Step.CONVERT:
        return convertible(ticket)
    if step is Step.REOPEN:
        return not ticket.parts and not ticket.is_petition
    if step is Step.REQUEST_INFO:
        return ticket.info_requests == 0
    if step is Step.RECLASS:
        return may_reclass(staff, ticket)
    if step in (Step.ACCEPT, Step.REFUSE_ACCEPTANCE):
        return ticket.is_petition and ticket.accepted_at is None
    if step is Step.SUBMIT and ticket.is_petition and ticket.accepted_at is None:
        return False
    if step in (Step.SUBMIT, Step.PLAN):
        return ticket.first_contact_at is not None or ticket.petitioner_id is None
    if step is Step.DISPATCH and ticket.status is Status.REWORK and ticket.lead_unit is not None:
        alone = ticket.sealed_to is not None or organisation.parent(ticket.lead_unit) is None
        return alone or staff.unit != ticket.lead_unit
    return True


async def _refused_by_clocks(
    uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, steps: Set[Step]
) -> set[Step]:
    """Of these steps, those that dates or an earlier decision forbid."""
    refused = set()
    if Step.PLAN in steps and not any((await TicketClocks.of(uow, ticket)).live(targets={Target.PLAN})):
        refused.add(Step.PLAN)
    if Step.EXTEND in steps and await room_view(uow, rules, ticket) is None:
        refused.add(Step.EXTEND)
    if steps & DECISIONS.keys():
        possible = await possible_decisions(uow, rules, staff, ticket)
        refused |= {step for step, decision in DECISIONS.items() if decision not in possible}
    return refused


async def _refused_by_petition(
    uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, steps: Set[Step]
) -> set[Step]:
    """What is pending below is not accepted above."""
    if Step.ACCEPT in steps and await pending_below(uow, rules.organisation, staff, ticket) is not None:
        return {Step.ACCEPT}
    return set()


async def _refused_by_survey(uow: UnitOfWork, staff: Staff, ticket: Ticket) -> set[Step]:
    """Nothing to ask, or this person is of the unit that it is about; no telephone, or sent often enough."""
    survey = await latest_survey(uow, ticket.id)
    if survey is None or survey.state is not SurveyState.OPEN or survey.expires_at <= uow.now:
        return {Step.CALL_BACK, Step.RESEND_SURVEY}
    refused = {Step.CALL_BACK} if survey.unit == staff.unit else set()
    if survey.resends >= MOST or not await has_telephone(uow, ticket):
        refused.add(Step.RESEND_SURVEY)
    return refused


async def _correctable(uow: UnitOfWork, staff: Staff, ticket: Ticket) -> bool:
    survey = await latest_survey(uow, ticket.id)
    return survey is not None and survey.unit != staff.unit and await may_be_corrected(uow, survey)


async def _waits_here(uow: UnitOfWork, staff: Staff, ticket: Ticket) -> bool:
    if not (staff.has(Right.SUPERVISE) or staff.has(Right.DISPATCH)):
        return False
    waiting = exists().where(
        Escalation.ticket_id == ticket.id,
        awaited_of(staff.subtree),
    )
    return bool(await uow.session.scalar(select(waiting)))
