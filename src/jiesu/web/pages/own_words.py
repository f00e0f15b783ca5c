"""How a ticket stands, in the one or two sentences its petitioner reads first: who has it, and by when there is an answer."""

from __future__ import annotations

import msgspec

from jiesu.desk.deadlines import DeadlineView
from jiesu.desk.history import HistoryLine
from jiesu.desk.progress import ProgressView
from jiesu.desk.rechecking import RecheckView
from jiesu.petitions.words import Verdict
from jiesu.sla.limits import Target
from jiesu.web.pages.languages import N_

__all__ = ["Standing", "standing_of"]

#: status → the sentence; the unit fills its blank. What has a section of its own on the page is not said twice.
_NOW = {
    "registered": N_("收到了，正在为您确定由哪个单位来办。"),
    "dispatched": N_("已派给{unit}，等待签收。"),
    "objected": N_("正在为您确定由哪个单位来办。"),
    "in_progress": N_("{unit}正在办理。"),
    "under_review": N_("{unit}已经办了，结果正在审核。"),
    "rework": N_("您说没有办好，正在安排重办。"),
    "listed": N_("这件事一时办不了，已列入计划，继续跟踪。"),
    "awaiting_survey": N_("结果已经给您了。"),
    "closed": N_("这件事办结了。"),
    "not_accepted": N_("依法不予受理，为什么、找谁办，写在下面。"),
    "rechecking": N_("您申请了复查，上级正在看。"),
    "reviewing": N_("您申请了复核，上级正在看。"),
    "final": N_("这件事已经复核终结。"),
    "withdrawn": N_("您已经撤回，不再办理。"),
    "split": N_("您说的几件事，已经分给几个单位分别办理。"),
    "merged": N_("已和另一件同样的事并在一起办，结果会告诉您。"),
}
#: Statuses without a unit of their own at the moment.
_SEALED = {
    "dispatched": N_("已交专门的部门，等待签收。"),
    "in_progress": N_("专门的部门正在办理。"),
    "under_review": N_("专门的部门已经办了，结果正在审核。"),
}
_ANSWERS = (Target.RESOLVE, Target.OPINION, Target.PLAN, Target.RECHECK, Target.REVIEW)
#: Whose date is that of a higher organ, not of the unit it was dispatched to.
_DISPUTED = ("rechecking", "reviewing")
_NEWS = ("PetitionerInformed", "PlanTold")


class Standing(msgspec.Struct, frozen=True):
    """`promise` is when there is an answer, while it runs; `news` the last that the officer wrote."""

    sentence: str | None
    promise: DeadlineView | None
    dispatched: HistoryLine | None
    news: HistoryLine | None
    #: The decision that revoked the last opinion, while another is owed (撤销，重新处理).
    anew: RecheckView | None


def standing_of(ticket: ProgressView) -> Standing:
    """A sealed report names no unit."""
    sentences = _NOW if ticket.unit else _NOW | _SEALED
    running = [one for one in ticket.deadlines if one.clock == "petitioner" and one.state == "running"]
    return Standing(
        sentence=sentences.get(ticket.status),
        promise=next((one for one in running if one.target in _ANSWERS), None),
        dispatched=None if ticket.status in _DISPUTED else _dispatched(ticket),
        anew=_anew(ticket),
        news=next((line for line in reversed(ticket.timeline) if line.kind in _NEWS and line.detail), None),
    )


def _anew(ticket: ProgressView) -> RecheckView | None:
    """The last thing decided is that the opinion does not stand, and its unit has the matter again."""
    last = next(reversed(ticket.rechecks), None)
    handled = ticket.status in ("dispatched", "in_progress", "under_review", "listed")
    return last if last and handled and last.verdict == Verdict.REVOKED else None


def _dispatched(ticket: ProgressView) -> HistoryLine | None:
    return next((line for line in reversed(ticket.timeline) if line.kind == "TicketDispatched"), None)
