"""What staff see and do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import SerializationException, ValidationException
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.desk.explaining import ExplanationView, explanation_view
from jiesu.desk.filters import Filters
from jiesu.desk.inbox import NoticeView, mark_read, unread
from jiesu.desk.names import Named
from jiesu.desk.queue import View, counts, list_tickets, views_for
from jiesu.desk.rows import QueueRow, queue_row
from jiesu.desk.seen import news_among
from jiesu.desk.views import DeskView, desk_view
from jiesu.kit.locale import Locale
from jiesu.petitioners.models import Petitioner
from jiesu.petitioners.representatives import Representative
from jiesu.rules import Rules
from jiesu.secrecy.withhold import LooksClassified
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository
from jiesu.tickets.reveal import reveal_petitioner
from jiesu.web.actions import ACTIONS, Call, UnknownAction
from jiesu.web.documented import StepOperation

__all__ = ["DeskController", "act", "refuse_classified"]


class ClassifiedAtDesk(LooksClassified):
    zh = "这段话里有像涉密内容的字样：{found}。本系统不是涉密系统，请改掉再提交；写“原部队”就可以。"
    en = "These words look classified: {found}. This is no system for secrets: leave them out; “the former unit” will do."


class QueuePage(msgspec.Struct, frozen=True):
    """One stretch of a queue; ask again with `next_cursor` for the rest."""

    view: str
    now: datetime
    tickets: list[QueueRow]
    next_cursor: str | None


class Counts(msgspec.Struct, frozen=True):
    """Tickets in each tab, the likeliest tab first; 100 stands for 100 or more."""

    views: dict[str, int]


class RevealReason(msgspec.Struct, forbid_unknown_fields=True):
    """Why the whole is needed; kept in the trail."""

    reason: str = ""


class Speaker(msgspec.Struct, frozen=True):
    """One who speaks for a group, in full."""

    name: str
    phone: str | None


class Revealed(msgspec.Struct, frozen=True):
    """The petitioner in full."""

    name: str | None
    phone: str | None
    id_number: str | None
    representatives: list[Speaker]

    @classmethod
    def of(cls, person: Petitioner | None, speakers: Sequence[Representative] = ()) -> Revealed:
        found = [Speaker(one.name, one.phone) for one in speakers]
        return cls(person.name, person.phone, person.id_number, found) if person else cls(None, None, None, found)


async def act(call: Call, action: str, body: Any) -> Ticket:
    """Take a step by its API name.

    PostgreSQL says first whether the ticket is there for this person; the step itself, and all that follows from it, sees
    what it must. Raises UnknownAction, msgspec.ValidationError for a body that does not fit, and whatever the step raises.
    """
    known = ACTIONS.get(action)
    if known is None:
        raise UnknownAction("action", action=action[:40], known="、".join(ACTIONS))
    particulars = msgspec.convert(body, known.body)
    refuse_classified(call.rules, _texts(particulars))
    await TicketRepository(call.uow).find(call.number)
    async with call.uow.scoped(Scope.SYSTEM):
        ticket = await known.run(call, particulars)
        await call.uow.session.flush()  # so that the answer shows the step itself
    return ticket


def _texts(body: Any) -> dict[str, Any]:
    texts = {field.encode_name: getattr(body, field.name) for field in msgspec.structs.fields(body)}
    for name, value in texts.items():
        if isinstance(value, list):  # of parts, or of codes
            pieces = (list(_texts(each).values()) if isinstance(each, msgspec.Struct) else [each] for each in value)
            texts[name] = "\n".join(str(piece) for some in pieces for piece in some if piece)
    return texts


def refuse_classified(rules: Rules, texts: Mapping[str, Any]) -> None:
    """What staff write is read by petitioners and colleagues at once, so it is refused. Raises ClassifiedAtDesk."""
    for field, text in texts.items():
        if isinstance(text, str) and (found := rules.secrecy.findings([text])):
            raise ClassifiedAtDesk(field, found)


async def _json(request: Request[Any, Any, Any]) -> Any:
    """The body, `{}` for none. Raises ValidationException for what is no JSON."""
    if not await request.body():
        return {}
    try:
        return await request.json()
    except SerializationException as error:
        raise ValidationException(str(error)) from error


class DeskController(Controller):
    path = "/desk"
    tags = ("desk",)

    @get("/tickets", operation_id="ListTickets")
    async def tickets(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        view: FromQuery[View] = View.OPEN,
        q: FromQuery[str] = "",
        unit: FromQuery[str] = "",
        category: FromQuery[str] = "",
        class_: Annotated[str, QueryParameter(name="class")] = "",
        channel: FromQuery[str] = "",
        due: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
    ) -> QueuePage:
        """A queue, soonest due first (工单列表), narrowed to a unit and all below it, a category, a class, a channel, and what is
        due by the end of a day."""
        narrow = Filters(unit, category, class_, channel, due).conditions(rules.organisation)
        page = await list_tickets(uow, rules.keys, staff, view, q=q, narrow=narrow, cursor=cursor)
        news = await news_among(uow, staff, page.tickets)
        rows = [queue_row(ticket, rules, uow.now, locale, news=ticket.id in news) for ticket in page.tickets]
        return QueuePage(view, uow.now, rows, page.next_cursor)

    @get("/counts", operation_id="CountTickets")
    async def count(self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]) -> Counts:
        """How much waits in each tab."""
        return Counts({str(view): number for view, number in (await counts(uow, staff, views_for(staff))).items()})

    @get("/notices", operation_id="ListNotices")
    async def notices(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        locale: NamedDependency[Locale],
    ) -> list[NoticeView]:
        """Unread news of the duty post, newest first (值班岗通知)."""
        return await unread(uow, staff, locale)

    @post("/notices/read", operation_id="ReadNotices", status_code=HTTP_200_OK)
    async def read(self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]) -> dict[str, int]:
        """Mark all news of the duty post as read."""
        return {"read": await mark_read(uow, staff)}

    @get("/units", operation_id="ListUnits")
    async def units(
        self, staff: NamedDependency[Staff], rules: NamedDependency[Rules], locale: NamedDependency[Locale]
    ) -> list[Named]:
        """Units a ticket may be dispatched to: the person's own and all below."""
        units = (rules.organisation.unit(code) for code in sorted(staff.subtree))
        return [Named(unit.code, unit.name_en if locale == "en" else unit.name) for unit in units]

    @get("/tickets/{number:str}", operation_id="ShowTicket")
    async def ticket(
        self,
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[DeskView]:
        """Everything needed to act (工单详情)."""
        ticket = await TicketRepository(uow).find(number)
        staff.see(ticket)
        view = await desk_view(uow, rules, staff, ticket, locale)
        return Response(view, headers={"ETag": f'"{ticket.version}"'})

    @get("/tickets/{number:str}/deadlines/{id:int}/explain", operation_id="ExplainDeadline")
    async def explain(
        self,
        number: FromPath[str],
        id: FromPath[int],  # noqa: A002 - the path's own name
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> ExplanationView:
        """Why a deadline falls when it does (时限说明). `id` is its place among the ticket's deadlines, from 1."""
        ticket = await TicketRepository(uow).find(number)
        staff.see(ticket)
        return await explanation_view(uow, rules, ticket, id, locale)

    @post("/tickets/{number:str}/reveal", operation_id="RevealPetitioner", status_code=HTTP_200_OK)
    async def reveal(
        self,
        data: JSONBody[RevealReason],
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
    ) -> Revealed:
        """The petitioner in full, for a reason that is recorded (查看完整信息)."""
        return Revealed.of(*await reveal_petitioner(uow, staff, number, data.reason))

    @post(
        "/tickets/{number:str}/{action:str}",
        operation_id="ActOnTicket",
        operation_class=StepOperation,
        status_code=HTTP_200_OK,
    )
    async def action(
        self,
        number: FromPath[str],
        action: FromPath[str],
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        version: NamedDependency[int | None],
    ) -> Response[DeskView]:
        """Take a step (办理): sign, accept, refuse_acceptance, serve, ask_recheck,
        decide_recheck, ask_review, hold_hearing, end_hearing, decide_review, contact, inform, plan, note, submit, approve, send_back, extend, grant_extension,
        refuse_extension, reclass, convert, dispatch, object, designate, ask_task, give_task, finish_task, object_task, keep_task,
        relieve_task, merge, unmerge, split, unsplit, list, grant_listing, refuse_listing, unlist, supervise, reply_order, accept_reply, return_reply,
        request_info, supplement, answer, divert, reopen, recuse, acknowledge. `If-Match` guards against steps taken on an old view."""
        body = await _json(request)
        try:
            ticket = await act(Call(uow, rules, staff, number, version), action, {} if body is None else body)
        except msgspec.ValidationError as error:
            raise ValidationException(str(error)) from error
        async with uow.scoped(Scope.SYSTEM):  # whoever gave it away with this step is shown it once more
            view = await desk_view(uow, rules, staff, ticket, locale)
        return Response(view, headers={"ETag": f'"{ticket.version}"'})
