"""The universal contact (普遍联系): lists, contacts, and the tickets they become."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.outreach import OutreachPage, OutreachRow, OutreachView, Which, open_person, outreach_page, row_of
from jiesu.desk.outreach_ticket import FoundNeed, ticket_from_contact
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.outreach.contact_person import record_contact, reveal_person
from jiesu.outreach.list_person import NewPerson, change_person, list_person, unlist_person
from jiesu.outreach.words import Look, Way
from jiesu.rules import Rules
from jiesu.tickets.words import Outcome
from jiesu.web.api.desk import Revealed, refuse_classified

__all__ = ["OutreachController"]


class ContactRecorded(msgspec.Struct, forbid_unknown_fields=True):
    """What came of it; `needs` when something was found that wants doing."""

    way: Way
    outcome: Outcome
    note: str = ""
    needs: bool = False


class Position(msgspec.Struct, frozen=True):
    """The contact's place among those with the person, from 1."""

    contact: int


class PersonChange(msgspec.Struct, forbid_unknown_fields=True):
    """The reason's code; `officer` is a user name of the unit, left out the whole unit."""

    reason: str
    officer: str | None = None


class LookReason(msgspec.Struct, forbid_unknown_fields=True):
    """What the whole is needed for; kept in the security trail."""

    reason: Look


class MadeTicket(msgspec.Struct, frozen=True):
    """Number and query code of the ticket, which is told once."""

    number: str
    query_code: str


class OutreachController(Controller):
    path = "/desk/contacts"
    tags = ("desk",)

    @get(operation_id="ListContactPeople")
    async def listing(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        which: FromQuery[Which] = Which.ALL,
        unit: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
    ) -> OutreachPage:
        """People on the lists of the subtree, whoever is due first (联系名单). Empty for who neither handles nor supervises."""
        return await outreach_page(uow, rules, staff, which, unit, cursor, locale)

    @post(operation_id="ListPerson", status_code=HTTP_201_CREATED)
    async def add(
        self,
        data: JSONBody[NewPerson],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> OutreachRow:
        """Put somebody on the own unit's list (列入名单), out of a ticket or by name and telephone. Nobody is on it twice."""
        person = await list_person(uow, rules, staff, data)
        return await row_of(uow, rules, staff, person.ref, locale)

    @get("/{ref:str}", operation_id="OpenContactPerson")
    async def person(
        self,
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> OutreachView:
        """One person with all contacts and the personal file, masked; every look is in the security trail."""
        return await open_person(uow, rules, staff, ref, locale)

    @post("/{ref:str}/contact", operation_id="RecordOutreach", status_code=HTTP_201_CREATED)
    async def contact(
        self,
        data: JSONBody[ContactRecorded],
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Position:
        """Record a call or a visit (记录联系); who was reached is due again after the policy's months."""
        refuse_classified(rules, {"note": data.note})
        return Position(
            await record_contact(uow, rules, staff, ref, data.way, data.outcome, data.note, needs=data.needs)
        )

    @post("/{ref:str}/change", operation_id="ChangeContactPerson", status_code=HTTP_200_OK)
    async def change(
        self,
        data: JSONBody[PersonChange],
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> OutreachRow:
        """Another reason or officer."""
        await change_person(uow, rules, staff, ref, data.reason, data.officer)
        return await row_of(uow, rules, staff, ref, locale)

    @post("/{ref:str}/end", operation_id="UnlistPerson", status_code=HTTP_204_NO_CONTENT)
    async def end(self, ref: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]) -> None:
        """Take the person off the list (移出名单)."""
        await unlist_person(uow, staff, ref)

    @post("/{ref:str}/reveal", operation_id="RevealContactPerson", status_code=HTTP_200_OK)
    async def reveal(
        self,
        data: JSONBody[LookReason],
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
    ) -> Revealed:
        """Name and telephone in full, for who keeps the list; leaves a trace."""
        return Revealed.of(await reveal_person(uow, staff, ref, data.reason))

    @post("/{ref:str}/ticket", operation_id="TicketFromContact", status_code=HTTP_201_CREATED)
    async def ticket(
        self,
        data: JSONBody[FoundNeed],
        ref: FromPath[str],
        state: State,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key", required=False)] = None,
    ) -> MadeTicket:
        """Make a ticket of what a contact found (走访转工单): the person's own, with receipt and survey like any other."""
        refuse_classified(rules, {"text": data.text, "title": data.title})
        kernel: Kernel = state.kernel
        number = await kernel.numbers.take(uow.now.astimezone(SHANGHAI).date())
        filed = await ticket_from_contact(uow, rules, staff, ref, data, number, idempotency_key)
        return MadeTicket(filed.ticket.number, filed.query_code)
