"""The one place that knows which step is allowed from where, to whom, and where it leads (domain.md §3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from jiesu.accounts.roles import Right
from jiesu.errors import Conflict
from jiesu.tickets.words import Status, Step, say_status, say_step

__all__ = ["MAINS", "OPEN", "REJOINABLE", "TABLE", "Actor", "IllegalStep", "Move", "allowed", "move", "possible", "who"]


class Actor(StrEnum):
    """Who acts without being staff, and staff of a unit that helps (协办)."""

    PETITIONER = "petitioner"
    SYSTEM = "system"
    CO_HANDLER = "co_handler"


class IllegalStep(Conflict):
    zh = "现在不能“{step}”：工单状态是“{status}”。现在可以：{allowed}。"
    en = "“{step}” is not possible now: the ticket is “{status}”. Possible now: {allowed}."

    def __init__(self, step: Step, status: Status) -> None:
        super().__init__("action", step=step, status=status, allowed="")

    def say(self, locale: str) -> str:
        step, status = self.params["step"], self.params["status"]
        ways = sorted({say_step(rule.step, locale) for rule in TABLE if status in rule.sources})
        text = self.en if locale.startswith("en") else self.zh
        none = "none" if locale.startswith("en") else "无"
        return text.format(
            step=say_step(step, locale), status=say_status(status, locale), allowed="、".join(ways) or none
        )


@dataclass(frozen=True)
class Move:
    """A line of the table; `to` is None where the status stays."""

    step: Step
    sources: frozenset[Status]
    to: Status | None
    by: frozenset[Right | Actor]


_S, _R = Status, Right
PETITIONER, SYSTEM, CO_HANDLER = Actor.PETITIONER, Actor.SYSTEM, Actor.CO_HANDLER

#: Statuses in which somebody still owes the petitioner something.
OPEN = frozenset(Status) - {
    _S.ANSWERED, _S.DIVERTED, _S.MERGED, _S.SPLIT, _S.REJOINED, _S.NOT_ACCEPTED, _S.WITHDRAWN, _S.CLOSED, _S.FINAL,
}  # fmt: skip


def _line(step: Step, sources: Iterable[Status], to: Status | None, *by: Right | Actor) -> Move:
    return Move(step, frozenset(sources), to, frozenset(by))


#: Statuses in which a unit has the ticket, signed for or not.
WITH_UNIT = frozenset({_S.DISPATCHED, _S.IN_PROGRESS, _S.UNDER_REVIEW})

#: Statuses in which a unit above may give the one that has the ticket, or the desk that has yet to dispatch it, an order.
SUPERVISED = frozenset({_S.REGISTERED, _S.DISPATCHED, _S.IN_PROGRESS, _S.UNDER_REVIEW, _S.REWORK, _S.LISTED})
#: Statuses in which co-handlers go on with their part.
TASKS_GO_ON = frozenset({_S.DISPATCHED, _S.OBJECTED, _S.IN_PROGRESS, _S.LISTED})

#: Statuses in which there may be a document (信访) to be handed over.
SERVED = frozenset(_S) - {_S.REGISTERED, _S.NEED_INFO, _S.ANSWERED, _S.MERGED, _S.SPLIT, _S.REJOINED, _S.WITHDRAWN}
#: Statuses of a part that has no result yet: with the others it may become one ticket again.
REJOINABLE = frozenset({_S.DISPATCHED, _S.OBJECTED, _S.IN_PROGRESS})
#: Statuses in which an answer about the last result may have been given.
ANSWERED = frozenset({_S.CLOSED, _S.REWORK, _S.DISPATCHED, _S.IN_PROGRESS, _S.UNDER_REVIEW, _S.LISTED})
#: Statuses of a ticket that another may be merged into (并案): its answer is still to be written.
MAINS = frozenset({_S.REGISTERED, _S.DISPATCHED, _S.OBJECTED, _S.IN_PROGRESS, _S.REWORK, _S.LISTED})

TABLE: tuple[Move, ...] = (
    _line(Step.REQUEST_INFO, [_S.REGISTERED], _S.NEED_INFO, _R.REGISTER, _R.DISPATCH),
    _line(Step.SUPPLEMENT, [_S.NEED_INFO], _S.REGISTERED, PETITIONER, _R.REGISTER),
    _line(Step.SUPPLEMENT, OPEN - {_S.NEED_INFO} | {_S.MERGED, _S.SPLIT}, None, PETITIONER, _R.REGISTER),
    _line(Step.ANSWER, [_S.REGISTERED], _S.ANSWERED, _R.REGISTER),
    _line(Step.DIVERT, [_S.REGISTERED], _S.DIVERTED, _R.DISPATCH),
    _line(Step.SPLIT, [_S.REGISTERED], _S.SPLIT, _R.DISPATCH),
    _line(Step.UNSPLIT, [_S.SPLIT], _S.REGISTERED, _R.DISPATCH),
    _line(Step.REJOIN, REJOINABLE, _S.REJOINED, SYSTEM),
    _line(Step.REOPEN_PART, [_S.CLOSED], _S.SPLIT, SYSTEM),
    _line(Step.MERGE, [_S.REGISTERED], _S.MERGED, _R.DISPATCH),
    _line(Step.UNMERGE, [_S.MERGED], _S.REGISTERED, _R.DISPATCH, SYSTEM),
    _line(Step.SHARE_RESULT, [_S.MERGED], _S.AWAITING_SURVEY, SYSTEM),
    _line(Step.DISPATCH, [_S.REGISTERED], _S.DISPATCHED, _R.DISPATCH, SYSTEM),
    _line(Step.DISPATCH, [_S.REWORK], _S.IN_PROGRESS, _R.DISPATCH, _R.SUPERVISE),
    _line(Step.OBJECT, [_S.DISPATCHED], _S.OBJECTED, _R.HANDLE),
    _line(Step.OBJECT, [_S.IN_PROGRESS], None, _R.HANDLE),
    _line(Step.DISPATCH, [_S.OBJECTED, _S.IN_PROGRESS], _S.DISPATCHED, _R.DISPATCH),
    _line(Step.DESIGNATE, [_S.OBJECTED], _S.DISPATCHED, _R.DISPATCH),
    _line(Step.DESIGNATE, [_S.IN_PROGRESS], None, _R.DISPATCH),
    _line(Step.TAKE_OVER, [_S.DISPATCHED, _S.IN_PROGRESS, _S.UNDER_REVIEW], _S.DISPATCHED, SYSTEM),
    _line(Step.SIGN, [_S.DISPATCHED], _S.IN_PROGRESS, _R.HANDLE),
    _line(Step.ACCEPT, [_S.IN_PROGRESS], None, _R.HANDLE),
    _line(Step.REFUSE_ACCEPTANCE, [_S.IN_PROGRESS], _S.NOT_ACCEPTED, _R.HANDLE),
    _line(Step.SERVE, SERVED, None, _R.HANDLE, _R.APPROVE, _R.DISPATCH, _R.REGISTER),
    _line(Step.CONTACT, [_S.IN_PROGRESS, _S.LISTED, _S.MERGED], None, _R.HANDLE),
    _line(Step.INFORM, [_S.IN_PROGRESS, _S.UNDER_REVIEW, _S.LISTED], None, _R.HANDLE),
    _line(Step.PLAN, [_S.IN_PROGRESS], None, _R.HANDLE),
    _line(Step.EXTEND, [_S.DISPATCHED, _S.IN_PROGRESS], None, _R.HANDLE),
    _line(Step.GRANT_EXTENSION, WITH_UNIT | {_S.LISTED}, None, _R.APPROVE, _R.SUPERVISE),
    _line(Step.REFUSE_EXTENSION, WITH_UNIT | {_S.LISTED}, None, _R.APPROVE, _R.SUPERVISE),
    _line(Step.RECLASS, WITH_UNIT, None, _R.DISPATCH, _R.SUPERVISE),
    _line(Step.CONVERT, [_S.REGISTERED, _S.DISPATCHED, _S.IN_PROGRESS], None, _R.DISPATCH, _R.REGISTER),
    _line(Step.ASK_TASK, [_S.IN_PROGRESS], None, _R.HANDLE),
    _line(Step.GIVE_TASK, [_S.DISPATCHED, _S.IN_PROGRESS], None, _R.DISPATCH),
    _line(Step.FINISH_TASK, TASKS_GO_ON, None, CO_HANDLER),
    _line(Step.OBJECT_TASK, TASKS_GO_ON, None, CO_HANDLER),
    _line(Step.KEEP_TASK, TASKS_GO_ON, None, _R.DISPATCH),
    _line(Step.RELIEVE_TASK, TASKS_GO_ON, None, _R.DISPATCH),
    _line(Step.LIST, [_S.IN_PROGRESS], None, _R.HANDLE),
    _line(Step.GRANT_LISTING, [_S.IN_PROGRESS], _S.LISTED, _R.APPROVE, _R.SUPERVISE),
    _line(Step.REFUSE_LISTING, [_S.IN_PROGRESS], None, _R.APPROVE, _R.SUPERVISE),
    _line(Step.UNLIST, [_S.LISTED], _S.IN_PROGRESS, _R.HANDLE, _R.SUPERVISE, SYSTEM),
    _line(Step.SUPERVISE, SUPERVISED, None, _R.SUPERVISE),
    _line(Step.REPLY_ORDER, SUPERVISED - {_S.REGISTERED}, None, _R.HANDLE),
    _line(Step.REPLY_ORDER, [_S.REGISTERED], None, _R.DISPATCH),
    _line(Step.ACCEPT_REPLY, SUPERVISED, None, _R.SUPERVISE),
    _line(Step.RETURN_REPLY, SUPERVISED, None, _R.SUPERVISE),
    _line(Step.NOTE, OPEN | {_S.MERGED}, None, _R.HANDLE, _R.DISPATCH, _R.SUPERVISE, _R.REGISTER, CO_HANDLER),
    _line(Step.SUBMIT, [_S.IN_PROGRESS], _S.UNDER_REVIEW, _R.HANDLE),
    _line(Step.APPROVE, [_S.UNDER_REVIEW], _S.AWAITING_SURVEY, _R.APPROVE),
    _line(Step.SEND_BACK, [_S.UNDER_REVIEW], _S.IN_PROGRESS, _R.APPROVE),
    _line(Step.ASK_RECHECK, [_S.AWAITING_SURVEY, _S.CLOSED], _S.RECHECKING, PETITIONER, _R.REGISTER),
    _line(Step.DECIDE_RECHECK, [_S.RECHECKING], _S.CLOSED, _R.APPROVE),
    _line(Step.ASK_REVIEW, [_S.CLOSED], _S.REVIEWING, PETITIONER, _R.REGISTER),
    _line(Step.HOLD_HEARING, [_S.REVIEWING], None, _R.APPROVE, _R.SUPERVISE),
    _line(Step.END_HEARING, [_S.REVIEWING], None, _R.APPROVE, _R.SUPERVISE),
    _line(Step.DECIDE_REVIEW, [_S.REVIEWING], _S.FINAL, _R.APPROVE),
    _line(Step.HANDLE_ANEW, [_S.RECHECKING, _S.REVIEWING], _S.IN_PROGRESS, SYSTEM),
    _line(Step.CALL_BACK, [_S.AWAITING_SURVEY], None, _R.CALL_BACK, _R.REGISTER),
    _line(Step.CORRECT_ANSWER, ANSWERED, None, _R.CALL_BACK, _R.REGISTER),
    _line(Step.RESEND_SURVEY, [_S.AWAITING_SURVEY], None, _R.CALL_BACK, _R.REGISTER),
    _line(Step.CLOSE, [_S.AWAITING_SURVEY, _S.SPLIT], _S.CLOSED, SYSTEM),
    _line(Step.ORDER_REWORK, [_S.AWAITING_SURVEY, _S.CLOSED], _S.REWORK, SYSTEM),
    _line(Step.WITHDRAW, OPEN | {_S.MERGED, _S.SPLIT}, _S.WITHDRAWN, PETITIONER),
    _line(Step.RECUSE, OPEN, None, _R.READ),
    _line(Step.EXCLUDE, [_S.CLOSED], None, _R.HANDLE),
    _line(Step.GRANT_EXCLUSION, [_S.CLOSED], None, _R.APPROVE, _R.SUPERVISE),
    _line(Step.REFUSE_EXCLUSION, [_S.CLOSED], None, _R.APPROVE, _R.SUPERVISE),
    _line(Step.REOPEN, [_S.SPLIT], None, PETITIONER),
    _line(Step.REOPEN, [_S.CLOSED], _S.IN_PROGRESS, PETITIONER, _R.SUPERVISE, _R.REGISTER),
)

_INDEX: dict[tuple[Status, Step], Move] = {(source, line.step): line for line in TABLE for source in line.sources}


def move(status: Status, step: Step) -> Status:
    """Where the step leads from here. Raises IllegalStep."""
    line = _INDEX.get((status, step))
    if line is None:
        raise IllegalStep(step, status)
    return status if line.to is None else line.to


def possible(status: Status, step: Step) -> bool:
    """Whether the step leads anywhere from here, whoever takes it."""
    return (status, step) in _INDEX


def who(status: Status, step: Step) -> frozenset[Right | Actor]:
    """Which rights (any one of them) or actors the step asks for. Raises IllegalStep."""
    move(status, step)
    return _INDEX[status, step].by


def allowed(status: Status, rights: Iterable[Right | Actor]) -> tuple[Step, ...]:
    """The steps open from here to somebody with these rights, in the order of the table."""
    mine = frozenset(rights)
    return tuple(dict.fromkeys(line.step for line in TABLE if status in line.sources and line.by & mine))
