"""The duty post's inbox: notices that nobody at the post has read."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, and_, false, or_, select, update

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.notifications.models import Notice
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import visible_to

__all__ = ["NoticeView", "mark_read", "unread"]

MOST = 50
_KIND = {
    "to_dispatch": ("待派单", "to be dispatched"),
    "dispatched": ("新派工单，请签收", "new ticket, please sign"),
    "objected": ("单位退单，请审核", "a unit objected: please judge"),
    "objection_upheld": ("退单成立，已另派", "your objection was upheld"),
    "objection_refused": ("退单不成立，指定由本单位办理", "your objection was refused: the ticket is yours"),
    "task_asked": ("承办单位申请协办", "the lead asks for a co-handler"),
    "task_given": ("交办协办，请按时完成", "a co-handler's task for your unit"),
    "task_objected": ("协办单位提出异议，请审核", "a co-handler objects: please decide"),
    "task_kept": ("协办异议不成立，请继续协办", "your objection was refused: go on with the task"),
    "task_relieved": ("不再需要协办", "your unit no longer owes its part"),
    "task_done": ("协办单位已完成", "a co-handler has finished"),
    "task_gone": ("一项协办已取消", "a co-handler was relieved"),
    "listing_asked": ("挂账申请待审批", "a listing waits for your decision"),
    "listing_granted": ("挂账已批准", "listing granted"),
    "listing_refused": ("挂账未获批准", "listing refused"),
    "listing_review": ("挂账复评日到，请复评方案", "a listing is due for review"),
    "listing_ended": ("挂账结束，请继续办理", "the listing has ended: go on"),
    "exclusion_asked": ("剔除申请待审批", "an exclusion waits for your decision"),
    "exclusion_granted": ("剔除已批准", "exclusion granted"),
    "exclusion_refused": ("剔除未获批准", "exclusion refused"),
    "ordered": ("督办单，请按时答复", "a supervision order: please reply in time"),
    "instructed": ("领导批示，请按时反馈", "a leader's instruction: please report in time"),
    "reply_given": ("督办已答复，请审阅", "an order was answered: please read"),
    "reply_accepted": ("督办答复已认可", "your reply was accepted"),
    "reply_returned": ("督办答复被退回，请重新答复", "your reply was returned: please reply again"),
    "follower_joined": ("又有一件同样的诉求并入", "another appeal was merged into this one"),
    "part_rejoined": (
        "分给您的那一部分合回原件，不用再办",
        "your part was put together with the whole: nothing more to do",
    ),
    "supplemented": ("诉求人补充了材料", "the petitioner added details"),
    "info_waiting": (
        "请诉求人补充的，一直没有补，请打电话问",
        "what the petitioner was asked for has not come: please telephone",
    ),
    "sent_back": ("结果被退回，请修改后再提交", "a result was sent back: please mend it"),
    "to_review": ("办理结果待审核", "a result waits for review"),
    "extension_asked": ("延期申请待审批", "an extension waits for your decision"),
    "extension_granted": ("延期已批准", "extension granted"),
    "extension_refused": ("延期未获批准", "extension refused"),
    "converted": ("改按另一程序办理，期限有变", "the track was changed, and the limits with it"),
    "recheck_asked": ("复查、复核申请，请按时作出意见", "a recheck or review was asked for: please decide in time"),
    "recheck_decided": ("上级作出复查、复核意见，请查看", "a higher organ decided a recheck or review"),
    "handle_anew": (
        "上级撤销了意见书，请重新办理，按时出具新的意见",
        "the opinion was revoked: please handle it anew and give a new one in time",
    ),
    "rework": ("诉求人不认可，请安排重办", "not accepted: arrange rework"),
    "reopened": ("重新办理", "reopened"),
    "recused": ("一位同事已回避，请另一位接着办", "a colleague is recused: somebody else please go on"),
    "nobody_left": ("承办单位的人都已回避，请安排", "everybody at the unit is recused: please arrange"),
    "withdrawn": ("诉求人已撤回", "withdrawn by the petitioner"),
    "warning": ("时限预警", "deadline warning"),
    "supervision": ("超时督办单", "overdue: supervision order"),
    "escalation": ("提级督办", "escalated supervision"),
    "leader_case": ("领导包案", "leader-owned case"),
    "ack_overdue": ("下级未按时认领督办，请处理", "an escalation below was not acknowledged in time: please act"),
    "outreach_due": ("联系名单上有人该联系了", "people on the contact list are due"),
    "proactive_given": ("请主动走访办理，按期报结果", "a proactive look for your unit"),
    "proactive_done": ("主动办理有结果，请看", "a proactive look has its result"),
    "proactive_overdue": ("主动办理到期没有结果", "a proactive look is overdue"),
    "weekly_report": ("一周研判已备好，请看", "the weekly analysis is ready"),
    "monthly_report": ("月度通报已备好，请看", "the monthly bulletin is ready"),
    "deadline_moved": ("放假安排公布，时限有调整", "the public holidays were published: a deadline moved"),
}
#: Where news leads that is about no ticket.
_PLACES = {
    "outreach_due": "/contacts",
    "proactive_given": "/board/topics",
    "proactive_done": "/board/topics",
    "proactive_overdue": "/board/topics",
    "weekly_report": "/board/reports",
    "monthly_report": "/board/reports",
}
#: News for whoever supervises alone.
_REPORTS = ("weekly_report", "monthly_report")
#: News of a kind that has no words here yet.
_OTHER = ("工单有新情况", "news of a ticket")


class NoticeView(msgspec.Struct, frozen=True):
    """One piece of news and the ticket it is about, if any; `link` is the page to look at."""

    number: str | None
    title: str | None
    link: str
    kind: str
    text: str
    level: int
    created_at: datetime


async def unread(uow: UnitOfWork, staff: Staff, locale: Locale = "zh") -> list[NoticeView]:
    """Unread notices of the person's own unit, highest level and newest first; never of a ticket they may not see."""
    query = (
        select(Notice, Ticket.number, Ticket.title)
        .outerjoin(Ticket, and_(Ticket.id == Notice.ticket_id, visible_to(staff)))
        .where(Notice.unit == staff.unit, Notice.read_at.is_(None), Notice.shown_from <= uow.now)
        .where(or_(_about_none(staff), Ticket.id.is_not(None)))
        .order_by(Notice.level.desc(), Notice.id.desc())
        .limit(MOST)
    )
    return [
        NoticeView(
            number=number,
            title=title,
            link=f"/desk/t/{number}" if number else _place(notice),
            kind=notice.kind,
            text=_KIND.get(notice.kind, _OTHER)[locale == "en"],
            level=notice.level,
            created_at=notice.created_at.astimezone(SHANGHAI),
        )
        for notice, number, title in await uow.session.execute(query)
    ]


async def mark_read(uow: UnitOfWork, staff: Staff) -> int:
    """Mark the post's notices as read; returns how many. What the person may not see waits for a colleague who may."""
    shown = select(Ticket.id).where(Ticket.id == Notice.ticket_id, visible_to(staff)).exists()
    mine = update(Notice).where(
        Notice.unit == staff.unit,
        Notice.read_at.is_(None),
        Notice.shown_from <= uow.now,
        or_(_about_none(staff), shown),
    )
    return len((await uow.session.execute(mine.values(read_at=uow.now).returning(Notice.id))).all())


def _about_none(staff: Staff) -> ColumnElement[bool]:
    """News of the unit that is about no ticket, for whoever reads; of reports, for whoever supervises."""
    if not staff.has(Right.READ):
        return false()
    if staff.has(Right.SUPERVISE):
        return Notice.ticket_id.is_(None)
    return and_(Notice.ticket_id.is_(None), Notice.kind.not_in(_REPORTS))


def _place(notice: Notice) -> str:
    """A report's notice names it in its key: `report:2026-W48:VS-1501`."""
    place = _PLACES.get(notice.kind, "/desk")
    return f"{place}/{notice.key.split(':')[1]}" if notice.kind in _REPORTS else place
