"""The words of the history: for each event what staff read and what the petitioner reads, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from jiesu.petitions.words import REFUSALS, VERDICTS, WAYS, DocumentKind, RefusalReason, ServiceWay, Verdict
from jiesu.routing.returns import REASONS, ObjectionReason
from jiesu.sla.limits import Target, parse_limit
from jiesu.sla.wording import TARGETS, limit_words

__all__ = ["GONE", "PETITIONER", "STAFF", "UNKNOWN", "Data", "Table", "say"]

Data = Mapping[str, Any]
Words = tuple[str, str]
#: Words, Chinese and English, or what finds them in the event's data; None where there is nothing to say.
Says = Words | Callable[[Data, bool], str | None]
Table = Mapping[str, tuple[Says, str | None]]

#: what staff read of an event that has no words here yet
UNKNOWN: Words = ("有新情况（{kind}）", "something happened ({kind})")
#: in place of a text that was erased
GONE: Words = ("（保存期限已过，内容已删除）", "(erased: its time of keeping is over)")

_RUNG = {
    1: ("预警", "warning"),
    2: ("督办单", "supervision order"),
    3: ("提级督办", "escalated"),
    4: ("领导包案", "leader's case"),
}
_CLOCK = {
    "petitioner": ("诉求人时限", "petitioner's clock"),
    "unit": ("单位时限", "unit's clock"),
    "desk": ("派单台时限", "desk's clock"),
    "co_handler": ("协办时限", "co-handler's clock"),
    "order": ("督办时限", "order's clock"),
}
_CAUSE = {
    "reclassed": ("等级或程序调整", "the class or the track changed"),
    "extension_lost": (
        "等级提高，原来批准的延期不再有效",
        "the class is more urgent, so the extension no longer holds",
    ),
    "calendar": ("放假安排公布", "holidays were published"),
    "extended": ("一起办的诉求延期", "what it is merged into has more time"),
}
_SOLVED = {"yes": ("已解决", "solved"), "partly": ("部分解决", "partly solved"), "no": ("未解决", "not solved")}
#: how a petitioner let somebody of the staff know
_ASKED = {
    "phone": ("按诉求人来电要求，", "asked by telephone, "),
    "counter": ("按诉求人到窗口的要求，", "asked at the counter, "),
}
_CONTENT = {"yes": ("满意", "satisfied"), "mostly": ("基本满意", "mostly satisfied"), "no": ("不满意", "dissatisfied")}


def say(table: Table, kind: str, data: Data, *, english: bool) -> str | None:
    """The sentence with its blanks; None for an event the table says nothing of."""
    says = table[kind][0] if kind in table else None
    if says is None or isinstance(says, tuple):
        return says[english] if says else None
    return says(data, english)


def _contacted(data: Data, english: bool) -> str:
    reached = data.get("outcome") == "reached"
    words = (("联系上诉求人", "reached the petitioner") if reached else ("联系未接通", "nobody answered"))[english]
    return words + ("，下次联系：{next_at}", "; next call: {next_at}")[english] if data.get("next_at") else words


def _answered(data: Data, english: bool) -> str:
    found = (_SOLVED.get(data.get("solved") or ""), _CONTENT.get(data.get("satisfied") or ""))
    parts = [words[english] for words in found if words]
    asked = {
        "phone": ("电话回访，诉求人", "by telephone, the petitioner "),
        "counter": ("窗口，诉求人", "at the counter, the petitioner "),
    }
    how = asked.get(data.get("channel") or "", ("", ""))[english] if "old_solved" not in data else ""
    return how + ("answered the survey: " if english else "评价：") + ("; " if english else "、").join(parts)


def _corrected(data: Data, english: bool) -> str:
    was, says = {data.get("old_solved"), data.get("old_satisfied")}, {data.get("solved"), data.get("satisfied")}
    old = (_SOLVED.get(data.get("old_solved") or ""), _CONTENT.get(data.get("old_satisfied") or ""))
    before = ("; " if english else "、").join(words[english] for words in old if words)
    now = _answered(data, english).split(": " if english else "：", 1)[1]
    asked = _ASKED.get(data.get("channel", ""), ("", ""))[english] if data.get("why") else ""
    stands = (
        ("；如已安排重办，照常进行", "; rework goes on where it was ordered")[english]
        if "no" in was and "no" not in says
        else ""
    )
    return (
        f"{asked}changed the answer: {now} (before: {before}{stands})"
        if english
        else f"{asked}更改评价：{now}（原来：{before}{stands}）"
    )


def _you_corrected(data: Data, english: bool) -> str:
    if data.get("why"):
        return ("按您的要求更改了评价", "Your answer was changed as you wished")[english]
    return ("您更改了评价", "You changed your answer")[english]


def _tried(data: Data, english: bool) -> str:
    outcome = {
        "no_answer": ("没有人接", "nobody answered"),
        "later": ("约定改时间", "asked to be called later"),
        "refused": ("不愿评价", "would not answer"),
        "wrong_number": ("号码不对", "wrong number"),
    }.get(data.get("outcome", ""), ("没有得到评价", "no answer"))[english]
    words = (f"回访电话第{{calls}}次：{outcome}", f"call {{calls}} about the survey: {outcome}")[english]
    return words + ("，下次{next_at}", "; next call {next_at}")[english] if data.get("next_at") else words


def _about(data: Data, english: bool) -> str:
    """Which promised date: whose clock, and what for."""
    clock = _CLOCK.get(data.get("clock", ""), ("", ""))[english]
    target = TARGETS[Target(data["target"])]["en" if english else "zh"] if data.get("target") else ""
    return clock + (f" ({target})" if english else f"（{target}）")


def _escalated(data: Data, english: bool) -> str:
    level = data.get("level", "")
    rung = _RUNG.get(level, ("督办", "escalation"))[english]
    words = f"{rung} L{level} · {_about(data, english)}"
    if data.get("due"):
        words += (" {due}到期", ", due {due}")[english]
    words += " → {unit}"
    if data.get("stand_in"):
        words += ("（值班岗空缺，转告{stand_in}）", " (nobody holds that post: {stand_in} is told too)")[english]
    return words


def _dispatched(data: Data, english: bool) -> str:
    if data.get("designated"):
        return (
            "指定由{unit}办理（第{round}次派单，不得退单）",
            "designated {unit} (round {round}; it may not object)",
        )[english]
    changed = ("，等级{service_class}", ", class {service_class}")[english] if data.get("class_changed") else ""
    return (f"派单给{{unit}}（第{{round}}次{changed}）", f"dispatched to {{unit}} (round {{round}}{changed})")[english]


def _task_given(data: Data, english: bool) -> str:
    try:
        within = limit_words(parse_limit(str(data.get("within"))), "en" if english else "zh")
    except ValueError:
        within = ""
    return (f"请{{unit}}协办，时限{within}", f"asked {{unit}} to help within {within}")[english]


def _task_over(data: Data, english: bool) -> str:
    if data.get("state") == "asked":
        return ("没有请{unit}协办", "{unit} was not asked to help after all")[english]
    return ("{unit}不再协办", "{unit} is no longer co-handler")[english]


def _task_done(data: Data, english: bool) -> str:
    words = ("{unit}完成协办", "{unit} finished its part")[english]
    return words + (("，异议不再审核", "; its objection is over")[english] if data.get("state") == "objected" else "")


def _listed(data: Data, english: bool) -> str:
    until = (
        ("，到{until}", " until {until}")
        if data.get("until")
        else ("，等到所等的事有结果", " until what it waits for has come")
    )
    return ("批准挂账", "granted the listing")[english] + until[english]


def _listed_yours(data: Data, english: bool) -> str:
    """What the listing means in plain words; its end where there is a date."""
    until = ("，预计到{until}", ", probably until {until}")[english] if data.get("until") else ""
    words = ("这件事一时办不完，上级同意按方案继续办", "This takes longer; a superior agreed to a plan")
    return words[english] + until


def _unlisted(data: Data, english: bool) -> str:
    causes = {
        "date": ("挂账到期", "the listing ran out"),
        "over": ("挂账随办理结束", "the listing ended with the work"),
    }
    return causes.get(data.get("cause", ""), ("销账，继续办理", "ended the listing"))[english]


def _unlisted_yours(data: Data, english: bool) -> str | None:
    """That the ticket is over is said by what ended it."""
    if data.get("cause") == "over":
        return None
    return ("等待的事已到，继续办理", "What it waited for has come; work on it goes on")[english]


def _ordered(data: Data, english: bool) -> str:
    if data.get("kind") == "instruction":
        return ("{sender}批示{unit}（{number}）", "{sender} instructed {unit} ({number})")[english]
    return ("{sender}督办{unit}（{number}）", "{sender} gave {unit} a supervision order ({number})")[english]


def _order_over(data: Data, english: bool) -> str:
    ends = {
        "withdrawn": ("诉求人撤回了诉求", "the petitioner withdrew the appeal"),
        "merged": ("已并案，由主件承办", "it was merged into another"),
        "split": ("已拆分，由各部分承办", "it was split into parts"),
        "need_info": ("已请诉求人补充", "the petitioner was asked for more"),
        **dict.fromkeys(("answered", "awaiting_survey", "closed"), ("已经答复诉求人", "the petitioner has an answer")),
        "diverted": ("已告知诉求人其他渠道", "the petitioner was shown another way"),
        "sent_out": ("{unit}已派单", "{unit} dispatched it"),
        "not_accepted": ("已告知不予受理", "the petition was not accepted"),
    }
    known = ("{unit}不再承办", "{unit} no longer has it")
    unsaid = known if data.get("cause") else ("{unit}不再承办，或已办完", "{unit} has no more to do")
    words = ("{number}了结：", "{number} ended: ")[english] + ends.get(data.get("cause") or "", unsaid)[english]
    unread = {"issued": ("，没有答复", "; nobody replied"), "replied": ("，答复没有审", "; the reply was not judged")}
    return words + unread.get(data.get("state") or "", ("", ""))[english]


def _why(data: Data, english: bool) -> str:
    code = data.get("reason")
    return REASONS[ObjectionReason(code) if code in list(ObjectionReason) else ObjectionReason.OTHER][english]


def _merged(data: Data, english: bool) -> str:
    words = ("并案：和另一件同样的诉求一起办", "merged: handled together with another one")[english]
    return words + ("，由{unit}答复", ", which {unit} answers")[english] if data.get("unit") else words


def _reopened(data: Data, english: bool) -> str:
    words = ("重新办理", "reopened")[english]
    words += ("，由{unit}办理", ", with {unit}")[english] if data.get("unit") else ""
    return words + ("（时限从登记起算，不重新计）", " (its clocks count from the day it came)")[english]


def _parted(data: Data, english: bool) -> str:
    """Why what was merged is on its own again; empty where somebody wrote a reason."""
    causes = {
        "withdrawn": ("主件撤回", "the main one was withdrawn"),
        "diverted": ("主件转告其他渠道", "the main one was diverted"),
        "answered": ("主件已直接答复", "the main one was answered on the spot"),
        "need_info": ("主件等诉求人补充材料", "the main one waits for its petitioner"),
        "later": ("主件的期限晚于本件", "the main one is due later than this one"),
    }
    cause = causes.get(data.get("cause") or "", ("", ""))[english]
    return (f"（{cause}）", f" ({cause})")[english] if cause else ""


def _unmerged(data: Data, english: bool) -> str:
    return ("解除并案，待派单", "parted from the main one; to be dispatched")[english] + _parted(data, english)


def _follower_left(data: Data, english: bool) -> str:
    words = ("一件并入的诉求改为单独办理", "a merged appeal is handled by itself again")[english]
    return words + _parted(data, english)


def _objected(data: Data, english: bool) -> str:
    words = (f"{{unit}}退单（{_why(data, english)}）", f"{{unit}} objected ({_why(data, english)})")[english]
    if data.get("proposed_unit"):
        words += ("，建议由{proposed_unit}办理", ", proposing {proposed_unit}")[english]
    words += ("，由{judge}审核", "; {judge} judges")[english]
    return words + (("，期间继续办理", ", it is handled on meanwhile")[english] if data.get("in_hand") else "")


def _objected_to_yours(data: Data, english: bool) -> str:
    """Who refused and why, and that the date stands."""
    why = _why(data, english)
    if data.get("in_hand"):
        return (
            f"{{unit}}认为这件事{why}，正在核定由谁办理；期间{{unit}}继续办，答复期限不变",
            f"{{unit}} says: {why}. It is being decided who handles it; {{unit}} goes on meanwhile and the date stands",
        )[english]
    return (
        f"{{unit}}没有接收，理由是{why}；正在核定由谁办理，答复期限不变",
        f"{{unit}} did not take it ({why}). It is being decided who does; the date you were given stands",
    )[english]


def _unanswered(data: Data, english: bool) -> str:
    level = f"L{data['level']}" if data.get("level") else ""
    words = f"{{unit}}没有按时认领{level}督办"
    if english:
        words = f"{{unit}} did not acknowledge {level or 'an escalation'} in time"
    if data.get("clock"):
        words += f" · {_about(data, english)}"
    return words + ("，转告{told}", ": {told} is told")[english] if data.get("told") else words


def _acknowledged(data: Data, english: bool) -> str:
    levels = ("、", ", ")[english].join(f"L{level}" for level in sorted(set(data.get("levels") or ())))
    return (f"认领{levels}督办", f"acknowledged {levels or 'the escalation'}")[english]


def _granted(data: Data, english: bool) -> str:
    words = ("批准延期：原定{old}，延至{until}", "granted the extension from {old} to {until}")[english]
    late = ("（到期前申请，到期后批准，已发的督办仍然有效）", " (asked for in time, granted late; what fired stays)")
    return words + (late[english] if data.get("late") else "")


def _reclassed(data: Data, english: bool) -> str:
    parts = []
    if data.get("old_class") != data.get("service_class"):
        parts.append(("等级由{old_class}改为{service_class}", "class {old_class} → {service_class}")[english])
    if data.get("old_category") != data.get("category"):
        parts.append(("类别改为“{category}”", "category is now “{category}”")[english])
    return ("; " if english else "，").join(parts)


def _moved(data: Data, english: bool) -> str:
    cause = _CAUSE.get(data.get("cause", ""), ("", ""))[english]
    about = _about(data, english)
    words = (f"{about}变更：原定{{old}}，改为{{new}}", f"{about} moved from {{old}} to {{new}}")[english]
    return words + _over(data, english) + ((f"（{cause}）", f" ({cause})")[english] if cause else "")


def _over(data: Data, english: bool) -> str:
    """That a date had passed when it was set: another class counts from the day the appeal came."""
    if not {"new", "told_at"} <= data.keys() or datetime.fromisoformat(str(data["new"])) > data["told_at"]:
        return ""
    return ("，这时已过，应立即办", ", which had passed: it is due at once")[english]


def _contacted_you(data: Data, english: bool) -> str:
    if data.get("outcome") == "reached":
        return ("工作人员联系了您", "An officer spoke with you")[english]
    return ("工作人员给您打电话，没有接通", "An officer called you; nobody answered")[english]


def _supplemented(data: Data, english: bool) -> str:
    return ("补充了材料", "added details")[english] + _resumed(data, english)


def _files(data: Data, english: bool) -> str:
    return ("上传了{count}个文件", "added {count} file(s)")[english] + _resumed(data, english)


def _resumed(data: Data, english: bool) -> str:
    return ("，恢复计时", "; the clocks run on")[english] if data.get("answers_request") else ""


def _your_files(data: Data, english: bool) -> str | None:
    """What colleagues added concerns colleagues."""
    if (data.get("by") or {}).get("kind") != "petitioner":
        return None
    return ("您上传了{count}个文件", "You added {count} file(s)")[english]


def _taken_back(data: Data, english: bool) -> str:
    what = {"id_number": ("身份证号", "the ID number"), "kind": ("身份类别", "the status")}
    field = what.get(data.get("purpose") or "", ("个人信息", "personal data"))[english]
    return (f"撤回同意，{field}已删除", f"consent withdrawn, {field} deleted")[english]


def _reviewed(data: Data, english: bool) -> str:
    words = {
        "released": ("审查完毕，内容可以显示", "reviewed: the text may be read"),
        "redacted": ("审查完毕，显示改写后的内容", "reviewed: another wording may be read"),
    }
    kept = ("审查完毕，内容不予显示：{pointer}", "reviewed: the text stays closed: {pointer}")
    return words.get(data.get("decision") or "", kept)[english]


def _you_answered(_: Data, english: bool) -> str:
    return ("您做了评价", "You answered the survey")[english]


def _your_class(data: Data, english: bool) -> str:
    if data.get("old_class") == data.get("service_class"):
        return ("调整了诉求类别：{category}", "Filed under another category: {category}")[english]
    return ("调整了办理等级", "It is handled in another class")[english]


def _your_date(data: Data, english: bool) -> str | None:
    """The unit's own clock is business among colleagues."""
    if data.get("clock") != "petitioner":
        return None
    cause = _CAUSE.get(data.get("cause", ""), ("", ""))[english]
    if _over(data, english):
        words = (
            "会尽快答复；原定{old}前",
            "It is answered as soon as can be; the date was {old}",
        )[english]
    elif data.get("target") == Target.PLAN:
        words = (
            "办理期限变更：原定{old}，改为{new}前先告诉您办理方案",
            "The date moved from {old}: by {new} you are told the plan",
        )[english]
    else:
        words = ("办理期限变更：原定{old}，改为{new}", "The date moved from {old} to {new}")[english]
    return words + ((f"（{cause}）", f" ({cause})")[english] if cause else "")


_DOCUMENT = {
    DocumentKind.ACCEPTANCE: ("受理告知书", "the notice of acceptance"),
    DocumentKind.REFUSAL: ("不予受理告知书", "the notice of non-acceptance"),
    DocumentKind.DIVERSION: ("分流告知书", "the notice of the right procedure"),
    DocumentKind.EXTENSION: ("延期办理告知书", "the notice of extension"),
    DocumentKind.OPINION: ("处理意见书", "the written opinion"),
    DocumentKind.RECHECK: ("复查意见书", "the opinion on the recheck"),
    DocumentKind.REVIEW: ("复核意见书", "the opinion on the review"),
}


def _refused(data: Data, english: bool) -> str:
    code = data.get("why")
    why = REFUSALS[RefusalReason(code)][english] if code in list(RefusalReason) else ""
    return (f"不予受理：{why}（{{number}}）", f"did not accept it: {why} ({{number}})")[english]


def _refused_yours(data: Data, english: bool) -> str:
    code = data.get("why")
    why = REFUSALS[RefusalReason(code)][english] if code in list(RefusalReason) else ""
    return (f"依法不予受理：{why}，告知书{{number}}", f"By law it is not accepted: {why}; notice {{number}}")[english]


def _paper(data: Data, english: bool) -> str:
    code = data.get("kind")
    return _DOCUMENT[DocumentKind(code)][english] if code in list(DocumentKind) else ("文书", "a document")[english]


def _issued(data: Data, english: bool) -> str:
    paper = _paper(data, english)
    return (f"{{unit}}作出{paper}（{{number}}）", f"{{unit}} issued {paper} ({{number}})")[english]


def _served(data: Data, english: bool) -> str:
    code, paper = data.get("way"), _paper(data, english)
    way = WAYS[ServiceWay(code)][english] if code in list(ServiceWay) else ("送达", "served")[english]
    if (data.get("by") or {}).get("kind") == "petitioner":
        return (f"在网上查看了{paper}（{{number}}），电子送达", f"opened {paper} ({{number}}): served electronically")[
            english
        ]
    return (f"{way}{paper}（{{number}}）", f"served {paper} ({{number}}), {way}")[english]


def _served_yours(data: Data, english: bool) -> str:
    code, paper = data.get("way"), _paper(data, english)
    way = WAYS[ServiceWay(code)][english] if code in list(ServiceWay) else ("送达", "served")[english]
    return (f"{paper}（{{number}}）已经送达：{way}", f"You were given {paper} ({{number}}): {way}")[english]


_STAGE = {"recheck": ("复查", "recheck"), "review": ("复核", "review")}


def _stage(data: Data, english: bool) -> str:
    return _STAGE.get(str(data.get("stage")), ("复查、复核", "recheck"))[english]


def _recused(data: Data, english: bool) -> str:
    """Oneself, or somebody else."""
    own = (data.get("by") or {}).get("name") == data.get("name")
    return (("回避", "steps aside") if own else ("{name}回避", "{name} is recused"))[english]


def _recheck_asked(data: Data, english: bool) -> str:
    stage = _stage(data, english)
    return (f"申请{stage}，由{{unit}}作出意见", f"asked for a {stage}; {{unit}} decides")[english]


def _recheck_decided(data: Data, english: bool) -> str:
    code, stage = data.get("verdict"), _stage(data, english)
    verdict = VERDICTS[Verdict(code)][english] if code in list(Verdict) else ""
    return (
        f"{{unit}}作出{stage}意见：{verdict}（{{number}}）",
        f"{{unit}} decided the {stage}: {verdict} ({{number}})",
    )[english]


def _recheck_back(data: Data, english: bool) -> str:
    stage = _stage(data, english)
    return (f"{stage}申请随撤回结束", f"the request for a {stage} ended with the withdrawal")[english]


def _converted(data: Data, english: bool) -> str:
    petition = data.get("track") == "PETITION"
    words = (
        ("改按信访程序办理", "put on the petition track")
        if petition
        else ("改按接诉即办办理", "put on the service track")
    )
    return words[english] + ("" if petition else ("（等级{service_class}）", " (class {service_class})")[english])


def _converted_yours(data: Data, english: bool) -> str:
    if data.get("track") == "PETITION":
        return (
            "改按信访程序办理，会给您书面的受理告知书和处理意见书",
            "It is handled as a petition: you get notices in writing",
        )[english]
    return ("改按接诉即办程序办理", "It is handled as an ordinary appeal")[english]


def _imported(data: Data, english: bool) -> str:
    if data.get("ended"):
        return (
            "从{system}转入，原编号{number}，在那里已经办完",
            "brought over from {system}, number {number} there, where it had ended",
        )[english]
    return ("从{system}转入，原编号{number}", "brought over from {system}, number {number} there")[english]


def _imported_yours(data: Data, english: bool) -> str:
    if data.get("ended"):
        return (
            "从原来的系统转入，原编号{number}，当时已经办完",
            "It came from the earlier system, number {number} there, where it had ended",
        )[english]
    return ("从原来的系统转入，原编号{number}", "It came from the earlier system, number {number} there")[english]


#: event → what staff read, the field shown below it
STAFF: Table = {
    "TicketRegistered": (("登记诉求", "registered the appeal"), None),
    "TicketImported": (_imported, None),
    "InfoRequested": (("请诉求人补充材料，计时暂停", "asked for details; the clocks stand still"), "question"),
    "Supplemented": (_supplemented, "text"),
    "FilesAttached": (_files, None),
    "TicketAnswered": (("直接答复", "answered on the spot"), "answer"),
    "TicketDiverted": (("告知依法应走的渠道", "pointed to the right channel"), "pointer"),
    "TicketDispatched": (_dispatched, None),
    "TicketSplit": (("拆分成{count}部分，分别派单", "split into {count} parts"), None),
    "PartReopened": (("第{part}部分重新办理", "part {part} is open again"), None),
    "TicketUnsplit": (("取消拆分，合回一件，待派单", "undid the split: one ticket again, to be dispatched"), "reason"),
    "PartRejoined": (
        ("合回原件，{unit}不再单独办这一部分", "put together with the whole; {unit} has no part of its own any more"),
        None,
    ),
    "TicketMerged": (_merged, None),
    "TicketUnmerged": (_unmerged, "reason"),
    "FollowerJoined": (("另一件同样的诉求并入本件", "another appeal was merged into this one"), None),
    "FollowerLeft": (_follower_left, None),
    "MainDispatched": (
        ("一起办的诉求派给{unit}，由它一并答复", "what it is merged into went to {unit}, which answers both"),
        None,
    ),
    "TicketObjected": (_objected, "basis"),
    "ObjectionUpheld": (("{unit}的退单成立，另行派单", "the objection of {unit} is upheld"), "note"),
    "ObjectionRefused": (("{unit}的退单不成立，应由其办理", "the objection of {unit} is refused"), "note"),
    "ExclusionAsked": (("申请剔除这次评价", "asked to leave the answer out of its figures"), "evidence"),
    "ExclusionSeconded": (
        ("{decider}批准剔除，还要另一个人批准", "{decider} approves of the exclusion; one more has to"),
        "note",
    ),
    "ExclusionGranted": (
        ("{decider}批准剔除，这次评价不算进三率", "{decider} granted the exclusion: the answer leaves the figures"),
        "note",
    ),
    "ExclusionRefused": (("{decider}不同意剔除", "{decider} refused the exclusion"), "reason"),
    "ExclusionLapsed": (
        ("剔除申请没有决定，重新办理后不再需要", "the exclusion was not decided and is over: the ticket was reopened"),
        None,
    ),
    "ListingAsked": (("申请挂账，由{decider}决定", "asked for a listing; {decider} decides"), "plan"),
    "ListingGranted": (_listed, "note"),
    "ListingRefused": (("没有批准挂账", "refused the listing"), "reason"),
    "ListingLapsed": (("挂账申请没有决定，现在不再需要", "the listing was not decided and is no longer needed"), None),
    "ListingEnded": (_unlisted, "reason"),
    "OrderIssued": (_ordered, "demand"),
    "ReplyGiven": (("{unit}答复{number}", "{unit} replied to {number}"), "reply"),
    "ReplyAccepted": (("认可{number}的答复", "accepted the reply to {number}"), "note"),
    "ReplyReturned": (("退回{number}的答复，请重新答复", "returned the reply to {number}"), "reason"),
    "OrderEnded": (_order_over, None),
    "TaskAsked": (("申请由{unit}协办", "asked for help of {unit}"), "what"),
    "TaskGiven": (_task_given, "what"),
    "TaskObjected": (("{unit}对协办提出异议，由{giver}审核", "{unit} objects to its task; {giver} decides"), "reason"),
    "TaskKept": (("{unit}的协办异议不成立，继续协办", "{unit} keeps its task"), "reason"),
    "TaskRelieved": (_task_over, "reason"),
    "TaskFinished": (_task_done, "result"),
    "ObjectionLapsed": (("{unit}的退单没有审核，现在不再需要", "the objection of {unit} is no longer needed"), None),
    "TicketSigned": (("签收", "signed"), None),
    "PetitionAccepted": (("受理信访事项（{number}）", "accepted the petition ({number})"), None),
    "AcceptanceRefused": (_refused, "basis"),
    "DocumentIssued": (_issued, None),
    "DocumentServed": (_served, "note"),
    "TicketConverted": (_converted, "reason"),
    "RecheckAsked": (_recheck_asked, "reason"),
    "RecheckDecided": (_recheck_decided, "opinion"),
    "RecheckWithdrawn": (_recheck_back, None),
    "HearingHeld": (("举行听证，复核期限暂停计算", "held a hearing; the clock of the review stands still"), "note"),
    "HearingEnded": (("听证结束，复核期限继续计算", "the hearing ended; the clock runs on"), "note"),
    "NoteAdded": (("记录", "noted"), "text"),
    "PersonalFileOpened": (("打开了一人一档", "opened the personal file"), None),
    "StaffRecused": (_recused, "reason"),
    "PetitionerInformed": (("告知诉求人进展", "told the petitioner of progress"), "text"),
    "PlanTold": (("告知诉求人解决方案", "told the petitioner the plan"), "plan"),
    "ExtensionAsked": (
        (
            "申请延期：原定{old}，申请延至{until}，由{decider}决定",
            "asked to extend {old} to {until}; {decider} decides",
        ),
        "reason",
    ),
    "ExtensionRefused": (("没有批准延期到{until}", "refused to extend to {until}"), "reason"),
    "ExtensionLapsed": (
        ("延到{until}的申请没有决定，现在不再需要", "the extension to {until} was not decided and is no longer needed"),
        None,
    ),
    "ResultSubmitted": (("提交办理结果，待审核", "submitted the result"), "result"),
    "ResultSentBack": (("退回修改", "sent the result back"), "reason"),
    "ResultApproved": (("审核通过，答复诉求人并请其评价", "approved the result; the petitioner is asked"), "note"),
    "ReworkOrdered": (("诉求人不认可，第{count}次重办", "not accepted; rework number {count}"), None),
    "TicketClosed": (("办结", "closed"), None),
    "TicketWithdrawn": (("诉求人撤回", "withdrawn by the petitioner"), "reason"),
    "TicketReopened": (_reopened, "reason"),
    "EscalationAcknowledged": (_acknowledged, "note"),
    "PetitionerRevealed": (("查看了诉求人完整信息", "looked at the petitioner's full data"), "reason"),
    "HoldSet": (("保全：到期也不删除", "put on hold: kept beyond its time"), "reason"),
    "HoldLifted": (("解除保全", "lifted the hold"), "reason"),
    "OwnDataCopied": (("取走了本人资料副本", "took a copy of the data held about them"), None),
    "DataErased": (("保存期限已过，删除了个人信息和内容", "erased personal data and texts: their time is over"), None),
    "TakenOver": (("提级办理，由{unit}接办", "taken over by {unit}"), "reason"),
    "CaseOwned": (("由{unit}领导包案", "the leader of {unit} owns the case"), "reason"),
    "ConsentWithdrawn": (_taken_back, None),
    "TextWithheld": (("内容可能涉密，送专人审查", "the text looks classified and went to review"), None),
    "WithheldRead": (("查看了待审查的内容", "read the withheld text"), None),
    "TextReviewed": (_reviewed, "text"),
    "AckOverdue": (_unanswered, None),
    "PetitionerContacted": (_contacted, None),
    "CallbackTried": (_tried, "note"),
    "SurveyAnswered": (_answered, None),
    "SurveyCorrected": (_corrected, "why"),
    "SurveyResent": (("又发了一次评价短信", "sent the survey again"), None),
    "Escalated": (_escalated, None),
    "ExtensionGranted": (_granted, "note"),
    "TicketReclassed": (_reclassed, "reason"),
    "DeadlineMoved": (_moved, None),
}

#: what a petitioner reads; what is missing here concerns colleagues only
PETITIONER: Table = {
    "TicketRegistered": (("我们收到了您的诉求", "We received your appeal"), None),
    "TicketImported": (_imported_yours, None),
    "InfoRequested": (("请您补充材料", "We asked you for details"), "question"),
    "Supplemented": (("您补充了材料", "You added details"), "text"),
    "FilesAttached": (_your_files, None),
    "TicketAnswered": (("答复了您的咨询", "Your question was answered"), "answer"),
    "TicketDiverted": (("这件事依法应通过其他渠道办理", "By law this belongs to another channel"), "pointer"),
    "TicketDispatched": (("已派给{unit}", "{unit} has it"), None),
    "TicketSplit": (("分成{count}部分，分别办理", "It is handled in {count} parts"), None),
    "PartReopened": (("第{part}部分重新办理", "Part {part} is open again"), None),
    "TicketUnsplit": (
        ("不再分开办，合在一起办，答复时间不变", "It is handled as one again; the date stands"),
        None,
    ),
    "TicketMerged": (
        ("和另一件同样的事一起办，答复时间不变", "It is handled together with another about the same; the date stands"),
        None,
    ),
    "TicketUnmerged": (("改为单独办理，答复时间不变", "It is handled by itself; the date stands"), None),
    "MainDispatched": (("一起办的事由{unit}办理", "{unit} handles it together with the other"), None),
    "TicketObjected": (_objected_to_yours, "basis"),
    "ObjectionUpheld": (("核定不由{unit}办理，另派其他单位", "{unit} was right; another unit gets it"), None),
    "ObjectionRefused": (("核定仍由{unit}办理", "It was decided that {unit} handles it"), None),
    "TaskGiven": (("请{unit}协助办理", "{unit} helps with it"), None),
    "ListingGranted": (_listed_yours, "plan"),
    "ListingEnded": (_unlisted_yours, None),
    "PetitionAccepted": (("{unit}决定受理，受理告知书{number}", "{unit} accepted it; notice {number}"), None),
    "AcceptanceRefused": (_refused_yours, "basis"),
    "DocumentIssued": (_issued, None),
    "DocumentServed": (_served_yours, None),
    "TicketConverted": (_converted_yours, "reason"),
    "RecheckAsked": (_recheck_asked, "reason"),
    "RecheckDecided": (_recheck_decided, "opinion"),
    "RecheckWithdrawn": (_recheck_back, None),
    "HearingHeld": (
        (
            "{unit}举行听证，时间、地点会通知您；听证期间不计入期限",
            "{unit} holds a hearing and will tell you when; its time does not count",
        ),
        None,
    ),
    "HearingEnded": (("听证结束，继续办理", "The hearing is over; work on it goes on"), None),
    "TicketSigned": (("{unit}已签收，开始办理", "{unit} took it in hand"), None),
    "PetitionerInformed": (("告诉您办理进展", "We told you how things stand"), "text"),
    "PlanTold": (("告诉您解决方案", "We told you the plan"), "plan"),
    "ExtensionGranted": (
        (
            "需要延期办理：原定{old}前答复，延至{until}前",
            "More time is needed: instead of {old} you have an answer by {until}",
        ),
        "reason",
    ),
    "ResultApproved": (("办理结果已答复您，请您评价", "You have the result; please rate it"), None),
    "ReworkOrdered": (
        ("您反映没有办好，交上级单位安排重办", "You said it is not settled; it will be done again"),
        None,
    ),
    "TicketClosed": (("已办结", "Closed"), None),
    "TicketWithdrawn": (("您撤回了诉求", "You withdrew the appeal"), None),
    "TicketReopened": (("重新办理", "Open again"), None),
    "StaffRecused": (("一名工作人员与此事有关，已回避", "A member of staff with an interest has stepped aside"), None),
    "TakenOver": (("改由上级单位{unit}办理", "{unit}, the unit above, has taken it over"), None),
    "ConsentWithdrawn": (_taken_back, None),
    "TextWithheld": (
        ("您写的内容可能涉密，先由专人审查", "Your text looks classified; one keeper reviews it first"),
        None,
    ),
    "TextReviewed": (_reviewed, "text"),
    "OwnDataCopied": (("您取走了本人资料副本", "You took a copy of your data"), None),
    "PetitionerContacted": (_contacted_you, None),
    "SurveyAnswered": (_you_answered, None),
    "SurveyCorrected": (_you_corrected, None),
    "SurveyResent": (("又给您发了一次评价短信", "We sent you the survey again"), None),
    "TicketReclassed": (_your_class, "reason"),
    "DeadlineMoved": (_your_date, None),
}
