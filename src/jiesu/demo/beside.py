"""What stands beside the played history, so that each page has something on it: lists, receptions, a split, an objection, a listing."""

from __future__ import annotations

from datetime import datetime, timedelta

from jiesu.accounts.roles import Role
from jiesu.db.uow import UnitOfWork
from jiesu.demo.cast import Cast
from jiesu.demo.people import person
from jiesu.intake.file import file_appeal
from jiesu.intake.form import AppealForm
from jiesu.intake.numbers import draw_number
from jiesu.intake.split import PartWanted, split_ticket
from jiesu.kit.clock import SHANGHAI
from jiesu.outreach.contact_person import record_contact
from jiesu.outreach.list_person import NewPerson, list_person
from jiesu.outreach.words import Way
from jiesu.receptions.book import NewBooking, book_slot
from jiesu.receptions.models import ReceptionKind
from jiesu.receptions.plan import NewReception, plan_reception
from jiesu.routing.dispatch import dispatch_ticket
from jiesu.routing.object import object_to_ticket
from jiesu.rules import Rules
from jiesu.sla.ask_listing import ask_listing
from jiesu.sla.decide_listing import grant_listing
from jiesu.tickets.contact import log_contact
from jiesu.tickets.events import by_staff
from jiesu.tickets.models import Ticket
from jiesu.tickets.sign import sign_ticket
from jiesu.tickets.words import Channel, Nature, Outcome, Status

__all__ = ["stand_beside"]

#: Numbers of invented people that no story of the history has.
FIRST = 200_000
#: Why somebody is on a list, how long ago they came on it and were last spoken to (days), what was said, whether it needs doing.
LISTED = (
    ("elderly", 85, 40, Way.VISIT, "老人独居，腿脚不便，社区每天有人送饭。说暖气不热，已告诉物业。", True),
    ("hardship", 80, 45, Way.CALL, "低保已经批下来，孩子在上大学，问有没有助学的政策。", False),
    ("general", 60, None, Way.CALL, "", False),
    ("disabled", 82, 20, Way.VISIT, "假肢要换新的，已说明到医院评估的流程。", False),
    ("bereaved", 70, 12, Way.CALL, "身体还好，问清明能不能安排到陵园祭扫。", False),
)
TALKS = ("想问伤残等级调整的事", "老房子漏雨，找过物业没有结果", "公益性岗位到期，想续")
#: Too vague for the catalogue: it waits at the desk.
SPLIT_TEXT = "有两件事想请你们帮忙，一件是我自己的，一件是家里人的，电话里说不清楚，想请工作人员回个电话再细说。"
PARTS = (
    ("优待金没有发到卡上", "今年的优待金还没有发到卡上，请查一查。"),
    ("优待证名字印错", "优待证上的名字印错了一个字，想换一张新的。"),
)
OBJECTED_TEXT = "我住的小区供暖一直不热，家里有八十多岁的老兵，请帮忙协调供热公司来看一看。"
LISTED_TEXT = "我1998年退役时档案里少了一份立功材料，影响待遇认定，请帮我补齐。"


async def stand_beside(uow: UnitOfWork, rules: Rules, seed: int) -> None:
    """Played like everything else, each act at its own hour of the last days; the transaction's time is put back afterwards."""
    now = uow.now
    beside = _Beside(uow, rules, seed, await Cast.load(uow, rules.organisation))
    try:
        await beside.lists(now)
        await beside.receptions(now)
        await beside.tickets(now)
    finally:
        uow.now = now


class _Beside:
    """The first county, a town and a village of it, as visitors find them in the stories."""

    def __init__(self, uow: UnitOfWork, rules: Rules, seed: int, cast: Cast) -> None:
        self._uow, self._rules, self._seed, self._cast = uow, rules, seed, cast
        units = rules.organisation.units.values()
        self._county = min(u.code for u in units if u.kind == "centre" and u.tier == "county")
        towns = sorted(u.code for u in units if u.parent == self._county and u.tier == "township")
        self._town, self._next = towns[:2]
        self._village = min(u.code for u in units if u.parent == self._town and u.tier == "village")
        self._people = iter(range(FIRST, FIRST + 1000))

    async def lists(self, now: datetime) -> None:
        """Some were called and visited, of some the next call is due."""
        for unit in (self._village, self._town):
            officer = self._cast.post(unit, Role.OFFICER)
            for reason, since, spoken, way, note, needs in LISTED:
                self._uow.now = now - timedelta(days=since)
                who = person(self._seed, next(self._people), "veteran")
                new = NewPerson(reason, name=who.name or "李卫国", phone=who.phone or "13800200000", kind=who.kind)
                one = await list_person(self._uow, self._rules, officer, new)
                if spoken is not None:
                    self._uow.now = now - timedelta(days=spoken)
                    await record_contact(
                        self._uow, self._rules, officer, one.ref, way, Outcome.REACHED, note, needs=needs
                    )  # fmt: skip

    async def receptions(self, now: datetime) -> None:
        """Two in the days ahead, with people who have booked."""
        plans = (
            (self._county, "王志强", "主任", ReceptionKind.RECEPTION, 3),
            (self._rules.organisation.root.code, "李建国", "局长", ReceptionKind.RECEPTION, 8),
            (self._county, "赵海龙", "副主任", ReceptionKind.FIELD_VISIT, 10),
        )
        for number, (unit, leader, office, kind, ahead) in enumerate(plans):
            self._uow.now = now
            day = self._rules.calendar.next_office_time(now + timedelta(days=ahead)).astimezone(SHANGHAI).date()
            host = self._town if kind is ReceptionKind.FIELD_VISIT else unit
            place = f"{self._rules.organisation.unit(host).name}一楼接访室"
            new = NewReception(leader, office, place, f"{day}", "09:00", "11:30", kind)
            reception = await plan_reception(self._uow, self._cast.post(unit, Role.UNIT_HEAD), new)
            for slot, matter in list(zip(reception.slots(), TALKS, strict=False))[: 3 - number]:
                who = person(self._seed, next(self._people), "veteran")
                booking = NewBooking(slot, who.name or "张建国", who.phone or "13800200001", matter)
                await book_slot(self._uow, self._rules, reception.ref, booking)

    async def tickets(self, now: datetime) -> None:
        """One about two matters, one whose unit says it is not its own, one that waits for another office."""
        last = self._rules.calendar.add_working_time(now, -timedelta(hours=3))
        desk = self._cast.post(self._county, Role.DISPATCHER)
        both = await self._filed(last, SPLIT_TEXT, "有两件事想请帮忙", None)
        self._uow.now = last + timedelta(minutes=20)
        parts = [
            PartWanted(title, text, unit) for (title, text), unit in zip(PARTS, (self._town, self._next), strict=True)
        ]
        await split_ticket(self._uow, self._rules, desk, both.number, parts)

        cold = await self._filed(last, OBJECTED_TEXT, "小区供暖不热", "0803")
        self._uow.now = last + timedelta(minutes=30)
        await self._dispatched(cold, "P2")
        self._uow.now = last + timedelta(minutes=70)
        officer = self._cast.officer(cold)
        basis = "供热由区住建局和供热公司负责，本单位没有这项职责，已与社区核实。"
        await object_to_ticket(self._uow, self._rules, officer, cold.number, "not_our_duty", basis, None)

        began = self._rules.calendar.add_working_time(now, -timedelta(hours=14))
        file = await self._filed(began, LISTED_TEXT, "补齐档案里的立功材料", "0107")
        await self._list(file, began, now)

    async def _list(self, ticket: Ticket, began: datetime, now: datetime) -> None:
        self._uow.now = began + timedelta(minutes=10)
        await self._dispatched(ticket, "P3")
        officer, head = self._cast.officer(ticket), self._cast.superior(ticket)
        self._uow.now = began + timedelta(minutes=40)
        await sign_ticket(self._uow, officer, ticket.number)
        clocks = self._rules.clocks_of(ticket.policy_version)
        note = "说明了要向原部队所在地的档案馆调档，对方答复要两个月。"
        await log_contact(self._uow, officer, ticket.number, Outcome.REACHED, note, tries=lambda _: clocks.tries)
        self._uow.now = self._rules.calendar.add_working_time(began, timedelta(hours=6))
        until = self._rules.calendar.next_close(now + timedelta(days=60)).astimezone(SHANGHAI).date()
        plan = "已向档案馆发函调取立功材料；每月问一次进展，材料到后三个工作日内完成认定。"
        await ask_listing(self._uow, self._rules, officer, ticket.number, plan, f"{until}", "档案馆寄来立功材料", [])
        self._uow.now = self._rules.calendar.add_working_time(began, timedelta(hours=8))
        await grant_listing(self._uow, head, ticket.number, "同意，按月核对。")

    async def _dispatched(self, ticket: Ticket, service_class: str) -> None:
        """To the town, unless the catalogue was sure of a unit by itself."""
        if ticket.status is Status.REGISTERED:
            desk = self._cast.dispatcher(ticket)
            await dispatch_ticket(
                self._uow, self._rules, desk, ticket.number, self._town, service_class=service_class
            )  # fmt: skip

    async def _filed(self, when: datetime, text: str, title: str, category: str | None) -> Ticket:
        """By telephone, taken down at the county's desk, and left there to be dispatched."""
        self._uow.now = when
        number = await draw_number(self._uow, when.astimezone(SHANGHAI).date())
        who = person(self._seed, next(self._people), "veteran")
        form = AppealForm(
            text=text, title=title, category=category, nature=Nature.HELP, channel=Channel.PHONE, petitioner=who,
            place=self._rules.organisation.unit(self._county).place,
        )  # fmt: skip
        clerk = self._cast.clerk_at(self._county)
        filed = await file_appeal(self._uow, self._rules, number, form, by_staff(clerk))
        return filed.ticket
