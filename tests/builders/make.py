"""Tickets in any state, made by walking the real use cases there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.posts import load_staff
from jiesu.accounts.roles import Role
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.intake.file import file_appeal
from jiesu.intake.follow import supplement_own, withdraw_own
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.surveys.answer import answer_survey
from jiesu.surveys.answers import Answers
from jiesu.surveys.send import latest_survey, survey_token
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status
from jiesu.web.action_bodies import Dispatch
from jiesu.web.actions import ACTIONS, Call
from tests.builders.forms import CITY, COUNTY, STATION, appeal_form

__all__ = ["Made", "Make"]

_LIFE = (Status.DISPATCHED, Status.IN_PROGRESS, Status.UNDER_REVIEW, Status.AWAITING_SURVEY)
_BODIES = {
    "request_info": {"question": "请补充退役证照片"},
    "answer": {"text": "带上退役证和身份证到社区窗口即可办理。"},
    "divert": {"reason": "litigation", "pointer": "此事法院已受理，请向承办法院反映。"},
    "contact": {"outcome": "reached", "note": "电话说明了办理安排"},
    "submit": {"result": "已核实并补发三个月抚恤金。"},
    "refuse_acceptance": {"reason": "outside", "basis": "请向市医疗保障局申请，电话12393。"},
    "serve": {"way": "in_person", "receiver": "张建国"},
    "ask_recheck": {"reason": "补发的年份不对"},
    "decide_recheck": {"verdict": "upheld", "opinion": "原意见事实清楚，依据充分。"},
    "ask_review": {"reason": "仍然不对"},
    "decide_review": {"verdict": "changed", "opinion": "补发到2024年。"},
    "reopen": {"reason": "补发的金额少了一个月"},
    "note": {"text": "已向财务核实"},
    "list": {"plan": "等省厅批复后补发，每月核对一次。", "event": "省厅批复"},
    "object": {"reason": "not_our_place", "basis": "户籍和居住地都在第二街道"},
    "send_back": {"reason": "请写明金额"},
}
#: States that only a petition (信访) comes to.
_STATUTORY = frozenset({Status.NOT_ACCEPTED, Status.RECHECKING, Status.REVIEWING, Status.FINAL})
#: From the opinion on.
_DISPUTED = {Status.RECHECKING: 1, Status.REVIEWING: 3, Status.FINAL: 4}
YES, NO = {"contacted": True, "solved": "yes", "satisfied": "yes"}, {"contacted": True, "solved": "no"}


@dataclass(frozen=True)
class Made:
    """A ticket as it stood when it was made; `code` is what its petitioner was told."""

    id: int
    number: str
    code: str


class Make:
    """Walks tickets through their life by the demo's staff, in transactions of its own."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    async def ticket(
        self, state: Status | str = Status.DISPATCHED, *, unit: str = STATION, service_class: str = "P2", **form: Any
    ) -> Made:
        """A ticket in `state`; from `dispatched` on it is with `unit`, in the class given."""
        state = Status(state)
        if state is Status.ANSWERED:
            form = {"nature": "consult"} | form
        if state in _STATUTORY:
            form, service_class = {"track": "PETITION"} | form, "X"
        made = await self.filed(**form)
        if state in (Status.NEED_INFO, Status.ANSWERED, Status.DIVERTED):
            step = {Status.NEED_INFO: "request_info", Status.ANSWERED: "answer"}.get(state, "divert")
            await self.step(made, step, f"dispatcher-{CITY}")
        elif state is Status.WITHDRAWN:
            await self.withdraw(made)
        elif state is not Status.REGISTERED:
            await self._handled(made, state, unit, service_class)
        return made

    async def filed(self, **form: Any) -> Made:
        """An appeal just filed, dispatched or not as the catalogue has it."""
        number = await self._kernel.numbers.take(self._kernel.clock.now().astimezone(SHANGHAI).date())
        async with self._kernel.db.begin() as uow:
            filed = await file_appeal(uow, self._kernel.rules, number, appeal_form(**form))
        return Made(filed.ticket.id, filed.ticket.number, filed.query_code)

    async def merged(self, into: Made) -> Made:
        """Somebody else's appeal about the same matter."""
        made = await self.filed(petitioner={"name": "李秀英", "phone": "13900139000"})
        if (await self.load(into)).service_class == "P4":
            await self.historic(made)
        await self.step(made, "merge", f"dispatcher-{COUNTY}", into=into.number)
        return made

    async def historic(self, made: Made) -> None:
        """A registered ticket becomes one of the class that wants a plan first, by way of the other track and back."""
        await self.step(made, "convert", f"dispatcher-{COUNTY}", track="PETITION", reason="信访")
        service = {"track": "SERVICE", "class": "P4", "reason": "历史遗留"}
        await self.step(made, "convert", f"dispatcher-{COUNTY}", **service)

    async def split(self) -> Made:
        """One of two matters, of which one unit has each."""
        made = await self.filed()
        texts = (
            ("补发抚恤金", "今年抚恤金停发了三个月。", STATION),
            ("补办优待证", "优待证丢了，请补办。", "VS-150102002"),
        )
        parts = [{"title": title, "text": text, "unit": unit} for title, text, unit in texts]
        await self.step(made, "split", f"dispatcher-{COUNTY}", parts=parts)
        return made

    async def _handled(self, made: Made, state: Status, unit: str, service_class: str) -> None:
        last = (
            _LIFE.index(state) if state in _LIFE else 0 if state in (Status.OBJECTED, Status.LISTED) else len(_LIFE) - 1
        )
        last = 1 if state is Status.NOT_ACCEPTED else last
        if (await self.load(made)).status is Status.REGISTERED:
            await self.dispatch(made, unit, service_class=service_class)
        for steps in (("sign",), ("contact", "submit"), ("approve",))[:last]:
            for step in steps:
                if step == "submit" and (await self.load(made)).is_petition:
                    await self.step(made, "accept", f"officer-{unit}")
                await self.step(made, step, f"{'unit_head' if step == 'approve' else 'officer'}-{unit}")
        if state is Status.NOT_ACCEPTED:
            await self.step(made, "refuse_acceptance", f"officer-{unit}")
        for step, by in (
            ("ask_recheck", f"intake-{COUNTY}"),
            ("decide_recheck", f"unit_head-{COUNTY}"),
            ("ask_review", f"intake-{COUNTY}"),
            ("decide_review", f"unit_head-{CITY}"),
        )[: _DISPUTED.get(state, 0)]:
            await self.step(made, step, by)
        if state is Status.OBJECTED:
            await self.step(made, "object", f"officer-{unit}")
        if state is Status.LISTED:
            await self.step(made, "sign", f"officer-{unit}")
            await self.step(made, "list", f"officer-{unit}")
            await self.step(made, "grant_listing", f"supervisor-{CITY}")
        if state in (Status.REWORK, Status.CLOSED):
            await self.answer(made, **(NO if state is Status.REWORK else YES))

    async def dispatch(self, made: Made, unit: str | None, by: str = f"dispatcher-{CITY}", **more: Any) -> None:
        """Send it to a unit; `service_class` and `category` may be given."""
        await self._act(made, "dispatch", by, Dispatch(unit=unit, **more))

    async def step(self, made: Made, step: str, by: str, **body: Any) -> None:
        """Take a step as a demo user, named `role-unit`, with a usual body unless another is given."""
        action = ACTIONS[step]
        await self._act(made, step, by, msgspec.convert(_BODIES.get(step, {}) | body, action.body))

    async def _act(self, made: Made, step: str, by: str, body: Any) -> None:
        async with self._kernel.db.begin() as uow:
            staff = await person(uow, self._kernel, by)
            await ACTIONS[step].run(Call(uow, self._kernel.rules, staff, made.number, None), body)

    async def answer(self, made: Made, **answers: Any) -> None:
        """Answer the newest survey by its link."""
        async with self._kernel.db.begin() as uow:
            survey = await latest_survey(uow, made.id)
            assert survey is not None, "the ticket has no survey yet"
            token = survey_token(self._kernel.keys, made.id, survey.round)
            await answer_survey(uow, token, msgspec.convert(answers, Answers))

    async def supplement(self, made: Made, text: str = "退役证照片已补上") -> None:
        async with self._kernel.db.begin() as uow:
            await supplement_own(uow, self._kernel.keys, made.number, made.code, text)

    async def withdraw(self, made: Made) -> None:
        async with self._kernel.db.begin() as uow:
            await withdraw_own(uow, self._kernel.keys, made.number, made.code, None)

    async def load(self, made: Made) -> Ticket:
        """The row as it stands now."""
        async with self._kernel.db.begin() as uow:
            return await uow.session.get_one(Ticket, made.id)


async def person(uow: UnitOfWork, kernel: Kernel, username: str) -> Staff:
    """A demo user by name (`officer-VS-150102001`, in any case), in the first post."""
    query = select(StaffRow.id).join(Account).where(Account.username == username.lower(), StaffRow.active)
    key = await uow.session.scalar(query.order_by(StaffRow.id).limit(1))
    assert key is not None, f"there is no demo user {username}"
    staff = await load_staff(uow, kernel.rules.organisation, key)
    assert staff is not None
    return staff


async def employ(uow: UnitOfWork, role: Role, unit: str) -> str:
    """A member of staff in any post, also one the demo leaves out; returns the user name."""
    username = f"{role.value}-{unit.lower()}"
    if await uow.session.scalar(select(Account.id).where(Account.username == username)) is None:
        account = Account(username=username, name="某人", password="-", demo=True, created_at=uow.now)
        uow.session.add(account)
        await uow.session.flush()
        uow.session.add(StaffRow(account_id=account.id, role=role, unit=unit, active=True, created_at=uow.now))
        await uow.session.flush()
    return username
