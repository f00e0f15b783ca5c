"""普遍联系 for staff: the lists and who is due, and one person with everything that is done with them."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named
from jiesu.desk.outreach import Which, open_person, outreach_page
from jiesu.desk.outreach_ticket import FoundNeed, ticket_from_contact
from jiesu.errors import DomainError, Kind
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.crypto import token
from jiesu.kit.locale import Locale
from jiesu.outreach.contact_person import record_contact, reveal_person
from jiesu.outreach.keeping import keepers_of
from jiesu.outreach.list_person import NewPerson, change_person, list_person, unlist_person
from jiesu.outreach.words import Look, Way
from jiesu.petitioners.models import Petitioner
from jiesu.rules import Rules
from jiesu.tickets.words import Outcome
from jiesu.web.api.desk import refuse_classified
from jiesu.web.pages.choices import categories, place_choice
from jiesu.web.pages.filing import receipt_passes
from jiesu.web.pages.forms import Fields, FormProblem, Incomplete, fields_of, incomplete, problem_of
from jiesu.web.pages.rendering import go, render

__all__ = ["OutreachPages"]


def _reasons(rules: Rules, locale: Locale) -> list[Named]:
    return [Named(one.code, one.name(locale)) for one in rules.contact.reasons.values()]


async def _officers(uow: UnitOfWork, unit: str) -> list[Named]:
    return [Named(username, name) for _, username, name in await keepers_of(uow, unit)]


def _new(fields: Fields) -> NewPerson:
    names = ("ticket", "name", "phone", "kind", "officer")
    try:
        raw = {"reason": fields["reason"]} | {name: fields[name].strip() or None for name in names}
        return msgspec.convert(raw, NewPerson)
    except msgspec.ValidationError as error:
        raise incomplete(error) from error


def _chosen(fields: Fields) -> tuple[Way, Outcome]:
    if fields["way"] not in set(Way):
        raise Incomplete("way")
    if fields["outcome"] not in set(Outcome):
        raise Incomplete("outcome")
    return Way(fields["way"]), Outcome(fields["outcome"])


class OutreachPages(Controller):
    path = "/contacts"

    @get("/")
    async def listing(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        which: FromQuery[Which | None] = None,
        cursor: FromQuery[str] = "",
        ticket: FromQuery[str] = "",
        done: FromQuery[str] = "",
    ) -> Response[Any]:
        """The lists (联系名单): who is due, mine, all; and somebody new."""
        fields = Fields({"ticket": ticket} if ticket else {})
        return await self._list(request, staff, uow, rules, locale, which, cursor, fields, done=done)

    @post("/", status_code=HTTP_200_OK)
    async def add(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Put somebody on the list (列入名单)."""
        fields = await fields_of(request)
        try:
            async with uow.attempt():
                person = await list_person(uow, rules, staff, _new(fields))
        except DomainError as error:
            problem = problem_of(error, locale)
            return await self._list(request, staff, uow, rules, locale, None, "", fields, problem)
        return go(f"/contacts/{person.ref}?done=listed")

    @get("/{ref:str}")
    async def person(
        self,
        request: Request[Any, Any, Any],
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        done: FromQuery[str] = "",
    ) -> Response[Any]:
        """One person; every look is on record."""
        return await self._person(request, ref, staff, uow, rules, locale, Fields(), done=done)

    @post("/{ref:str}", status_code=HTTP_200_OK)
    async def act(
        self,
        request: Request[Any, Any, Any],
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Record a contact, look at the whole, change, take off the list, or make a ticket of what was found."""
        fields, revealed = await fields_of(request), None
        kernel: Kernel = request.app.state.kernel
        do = fields["do"]
        try:
            if do == "ticket":
                refuse_classified(rules, {"text": fields["text"]})
                number = await kernel.numbers.take(uow.now.astimezone(SHANGHAI).date())
                async with uow.attempt():
                    place = place_choice(rules.organisation, fields).code
                    need = FoundNeed(fields["text"], None, None, fields["category"] or None, place=place)
                    filed = await ticket_from_contact(uow, rules, staff, ref, need, number, fields["key"] or None)
                return go("/receipt?desk=1", receipt_passes(request, rules, filed.ticket.number, filed.query_code))
            async with uow.attempt():
                revealed = await self._do(uow, rules, staff, ref, do, fields)
        except DomainError as error:
            if error.kind is Kind.MISSING and error.field == "ref":
                raise
            problem = problem_of(error, locale)
            return await self._person(request, ref, staff, uow, rules, locale, fields, problem)
        if revealed is not None:
            return await self._person(request, ref, staff, uow, rules, locale, fields, revealed=revealed)
        if do == "end":
            return go("/contacts?which=all&done=unlisted")
        needs = do == "contact" and "needs" in fields
        return go(f"/contacts/{ref}?done={'needs#ticket' if needs else 'changed' if do == 'change' else 'contacted'}")

    async def _do(
        self, uow: UnitOfWork, rules: Rules, staff: Staff, ref: str, do: str, fields: Fields
    ) -> Petitioner | None:
        """What one form asks; the person in full where that was it."""
        if do == "contact":
            way, outcome = _chosen(fields)
            refuse_classified(rules, {"note": fields["note"]})
            await record_contact(uow, rules, staff, ref, way, outcome, fields["note"], needs="needs" in fields)
        elif do == "change":
            await change_person(uow, rules, staff, ref, fields["reason"], fields["officer"])
        elif do == "end":
            await unlist_person(uow, staff, ref)
        elif do == "reveal" and fields["why"] in set(Look):
            return await reveal_person(uow, staff, ref, Look(fields["why"]))
        else:
            raise Incomplete("why" if do == "reveal" else None)
        return None

    async def _list(
        self,
        request: Request[Any, Any, Any],
        staff: Staff,
        uow: UnitOfWork,
        rules: Rules,
        locale: Locale,
        which: Which | None,
        cursor: str,
        fields: Fields,
        problem: FormProblem | None = None,
        done: str = "",
    ) -> Response[Any]:
        chosen = which or Which.DUE
        page = await outreach_page(uow, rules, staff, chosen, None, cursor, locale)
        if which is None and not page.due:
            chosen = Which.ALL
            page = await outreach_page(uow, rules, staff, chosen, None, cursor, locale)
        keeps = staff.has(Right.HANDLE)
        return render(
            request,
            "contacts.html",
            status=problem.status if problem else HTTP_200_OK,
            staff=staff,
            page=page,
            which=str(chosen),
            keeps=keeps,
            fields=fields,
            problem=problem,
            reasons=_reasons(rules, locale),
            officers=await _officers(uow, staff.unit) if keeps else [],
            done=done,
        )

    async def _person(
        self,
        request: Request[Any, Any, Any],
        ref: str,
        staff: Staff,
        uow: UnitOfWork,
        rules: Rules,
        locale: Locale,
        fields: Fields,
        problem: FormProblem | None = None,
        revealed: Petitioner | None = None,
        done: str = "",
    ) -> Response[Any]:
        view = await open_person(uow, rules, staff, ref, locale)
        newest = view.contacts[0] if view.contacts and not view.contacts[0].ticketed else None
        return render(
            request,
            "contacts_person.html",
            status=problem.status if problem else HTTP_200_OK,
            staff=staff,
            view=view,
            newest=newest,
            file=view.file,
            fields=fields,
            problem=problem,
            wrong_prefix=f"{fields['do']}-" if problem else "",
            revealed=revealed,
            reasons=_reasons(rules, locale),
            officers=await _officers(uow, view.person.unit.code) if view.keeps else [],
            categories=categories(rules, locale) if view.keeps else [],
            choice=place_choice(rules.organisation, fields),
            key=fields["key"] or token(16),
            done=done,
        )
