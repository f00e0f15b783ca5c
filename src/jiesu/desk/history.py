"""The history of a ticket in sentences: for staff the whole, for petitioners what concerns them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from jiesu.audit.trail import TrailEntry, history
from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket

__all__ = ["HistoryLine", "for_petitioner", "for_staff"]

Data = dict[str, Any]
Words = tuple[str, str]


class HistoryLine(msgspec.Struct, frozen=True):
    """Who did what, when; `detail` is a free text that goes with it."""

    at: datetime
    kind: str
    who: str
    what: str
    detail: str | None = None


#: event → (zh, en) for staff, the field shown below it
_STAFF: dict[str, tuple[Words, str | None]] = {
    "TicketRegistered": (("登记诉求", "registered the appeal"), None),
    "InfoRequested": (("请诉求人补充材料，计时暂停", "asked for details; the clocks stand still"), "question"),
    "Supplemented": (("补充了材料", "added details"), "text"),
    "TicketAnswered": (("直接答复", "answered on the spot"), "answer"),
    "TicketDiverted": (("告知依法应走的渠道", "pointed to the right channel"), "pointer"),
    "TicketDispatched": (("派单给{unit}（第{round}次）", "dispatched to {unit} (round {round})"), None),
    "TicketSigned": (("签收", "signed"), None),
    "NoteAdded": (("记录", "noted"), "text"),
    "ResultSubmitted": (("提交办理结果，待审核", "submitted the result"), "result"),
    "ResultSentBack": (("退回修改", "sent the result back"), "reason"),
    "ResultApproved": (("审核通过，答复诉求人并请其评价", "approved the result; the petitioner is asked"), "note"),
    "ReworkOrdered": (("诉求人不认可，第{count}次重办", "not accepted; rework number {count}"), None),
    "TicketClosed": (("办结", "closed"), None),
    "TicketWithdrawn": (("诉求人撤回", "withdrawn by the petitioner"), "reason"),
    "TicketReopened": (("重新办理", "reopened"), "reason"),
    "EscalationAcknowledged": (("认领督办", "acknowledged the escalation"), "note"),
    "PetitionerRevealed": (("查看了诉求人完整信息", "looked at the petitioner's full data"), "reason"),
}

#: what a petitioner reads; what is missing here concerns colleagues only
_PETITIONER: dict[str, tuple[Words, str | None]] = {
    "TicketRegistered": (("我们收到了您的诉求", "We received your appeal"), None),
    "InfoRequested": (("请您补充材料", "We asked you for details"), "question"),
    "Supplemented": (("您补充了材料", "You added details"), "text"),
    "TicketAnswered": (("答复了您的咨询", "Your question was answered"), "answer"),
    "TicketDiverted": (("这件事依法应通过其他渠道办理", "By law this belongs to another channel"), "pointer"),
    "TicketDispatched": (("已派给{unit}", "{unit} has it"), None),
    "TicketSigned": (("{unit}已签收，开始办理", "{unit} took it in hand"), None),
    "ResultApproved": (("办理结果已答复您，请您评价", "You have the result; please rate it"), None),
    "ReworkOrdered": (
        ("您反映没有办好，交上级单位安排重办", "You said it is not settled; it will be done again"),
        None,
    ),
    "TicketClosed": (("已办结", "Closed"), None),
    "TicketWithdrawn": (("您撤回了诉求", "You withdrew the appeal"), None),
    "TicketReopened": (("重新办理", "Open again"), None),
}
_RUNG = {
    1: ("预警", "warning"),
    2: ("督办单", "supervision order"),
    3: ("提级督办", "escalated"),
    4: ("领导包案", "leader's case"),
}
_CLOCK = {"petitioner": ("诉求人时限", "petitioner's clock"), "unit": ("单位时限", "unit's clock")}


async def for_staff(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[HistoryLine]:
    """Everything, oldest first."""
    entries = await history(uow.session, ticket.id)
    return [line for entry in entries if (line := _line(entry, rules, locale, _STAFF, _special))]


async def for_petitioner(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[HistoryLine]:
    """What the petitioner has a right to know, oldest first; colleagues' names and remarks are left out."""
    entries = await history(uow.session, ticket.id)
    return [
        line for entry in entries if (line := _line(entry, rules, locale, _PETITIONER, _for_petitioner, public=True))
    ]


def _line(
    entry: TrailEntry,
    rules: Rules,
    locale: Locale,
    table: dict[str, tuple[Words, str | None]],
    special: Callable[[str, Data, bool], str | None],
    *,
    public: bool = False,
) -> HistoryLine | None:
    english = locale == "en"
    words, field = table.get(entry.kind, (None, None))
    what = words[english] if words else special(entry.kind, entry.data, english)
    if what is None:
        return None
    unit = rules.organisation.find_unit(str(entry.data.get("unit") or ""))
    blanks = {**entry.data, "unit": (unit.name_en if english else unit.name) if unit else ""}
    return HistoryLine(
        at=entry.at.astimezone(SHANGHAI),
        kind=entry.kind,
        who="" if public else _who(entry.data, english=english),
        what=what.format_map(blanks),
        detail=entry.data.get(field) if field else None,
    )


def _who(data: Data, *, english: bool) -> str:
    by = data["by"]
    if by["kind"] == "staff":
        return str(by["name"])
    return {"petitioner": ("诉求人", "Petitioner"), "system": ("系统", "System")}[by["kind"]][english]


def _special(kind: str, data: Data, english: bool) -> str | None:
    if kind == "PetitionerContacted":
        words = (
            ("联系上诉求人", "reached the petitioner")
            if data["outcome"] == "reached"
            else ("联系未接通", "nobody answered")
        )
        return words[english]
    if kind == "SurveyAnswered":
        answers = {"solved": data["solved"], "satisfied": data["satisfied"]}
        return _survey_words(answers, english)
    if kind == "Escalated":
        return f"{_RUNG[data['level']][english]} L{data['level']} · {_CLOCK[data['clock']][english]} → {{unit}}"
    return None


def _survey_words(answers: Data, english: bool) -> str:
    solved = {"yes": ("已解决", "solved"), "partly": ("部分解决", "partly solved"), "no": ("未解决", "not solved")}
    content = {
        "yes": ("满意", "satisfied"),
        "mostly": ("基本满意", "mostly satisfied"),
        "no": ("不满意", "dissatisfied"),
    }
    parts = [
        table[value][english]
        for table, value in ((solved, answers["solved"]), (content, answers["satisfied"]))
        if value
    ]
    return ("answered the survey: " if english else "评价：") + ("; " if english else "、").join(parts)


def _for_petitioner(kind: str, data: Data, english: bool) -> str | None:
    if kind == "PetitionerContacted":
        if data["outcome"] == "reached":
            return ("工作人员联系了您", "An officer spoke with you")[english]
        return ("工作人员给您打电话，没有接通", "An officer called you; nobody answered")[english]
    if kind == "SurveyAnswered":
        return ("您做了评价", "You answered the survey")[english]
    return None
