"""Steps taken with a form: its fields as the step's body, on a ticket's own page or in place on a list of many."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from jiesu.errors import DomainError
from jiesu.intake.split import MOST_PARTS
from jiesu.kit.locale import Locale
from jiesu.tickets.models import Ticket
from jiesu.web.actions import ACTIONS, Call, UnknownAction
from jiesu.web.api.desk import act
from jiesu.web.pages.forms import SEVERAL, Fields, FormProblem, incomplete, problem_of

__all__ = ["Refused", "decide", "fields_of_step", "take_step"]

#: What a form asks of each part, and the fields for as many as there may be.
_OF_PART = ("title", "text", "unit", "category")
_PARTS = tuple(f"{name}-{no}" for no in range(1, MOST_PARTS + 1) for name in _OF_PART)
#: Fields that a form has beside those of the body: another unit or ticket than those offered, and a unit that helps.
FORM_ONLY = {"dispatch": ("other", "helper"), "merge": ("number",), "split": _PARTS}


class Refused(msgspec.Struct, frozen=True):
    """A step that did not go through: on which ticket, what was typed, and what is wrong."""

    number: str
    action: str
    fields: dict[str, str]
    problem: FormProblem


def fields_of_step(action: str) -> list[str]:
    """The names that the step's form may send; none for a step that is not known."""
    if action not in ACTIONS:
        return []
    return [field.encode_name for field in msgspec.structs.fields(ACTIONS[action].body)] + [*FORM_ONLY.get(action, ())]


def _body_of(action: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """The step's body as the API takes it; what was left empty is left out."""
    body: dict[str, Any] = {name: fields[name] for name in fields_of_step(action) if fields.get(name)}
    if other := body.pop("other", None):
        body["unit"] = other
    if action == "split":
        return {"parts": list(_parts(body))}
    if into := body.pop("number", None):
        body["into"] = into
    for name in SEVERAL & body.keys():
        body[name] = body[name].split(",")
    if helper := body.pop("helper", None):
        body["co_handlers"] = [helper]
    return body


def _parts(fields: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Those that say anything; a unit or category alone was left as it stood."""
    for no in range(1, MOST_PARTS + 1):
        part = {name: fields[f"{name}-{no}"] for name in _OF_PART if fields.get(f"{name}-{no}")}
        if part.keys() & {"title", "text", "unit"}:
            yield part


async def take_step(call: Call, action: str, fields: Mapping[str, str]) -> Ticket:
    """Take the step with what the form holds; a refused one leaves no trace. Raises DomainError."""
    try:
        async with call.uow.attempt():
            return await act(call, action, _body_of(action, fields))
    except msgspec.ValidationError as error:
        raise incomplete(error) from error


async def decide(call: Call, fields: Fields, offered: Collection[str], locale: Locale) -> Refused | None:
    """Take the step that the form names, of those the page offers; what was done before the refusal is undone."""
    action = fields["action"]
    try:
        if action not in offered:
            raise UnknownAction("action", action=action[:40], known="、".join(offered))
        await take_step(call, action, fields)
    except DomainError as error:
        return Refused(call.number, action, fields, problem_of(error, locale))
    return None
