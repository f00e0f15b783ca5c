"""Steps taken in place, on a list of many tickets: the same use cases, the answer beside the ticket's line."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from jiesu.errors import DomainError
from jiesu.kit.locale import Locale
from jiesu.web.actions import Call, UnknownAction
from jiesu.web.api.desk import act
from jiesu.web.pages.forms import Fields, FormProblem, incomplete, problem_of
from jiesu.web.pages.ticket import body_of

__all__ = ["Refused", "decide"]


class Refused(msgspec.Struct, frozen=True):
    """A step that did not go through: on which ticket, what was typed, and what is wrong."""

    number: str
    action: str
    fields: dict[str, str]
    problem: FormProblem


async def decide(call: Call, fields: Fields, offered: Collection[str], locale: Locale) -> Refused | None:
    """Take the step that the form names, of those the page offers; what was done before the refusal is undone."""
    action = fields["action"]
    try:
        if action not in offered:
            raise UnknownAction("action", action=action[:40], known="、".join(offered))
        async with call.uow.session.begin_nested():
            await act(call, action, body_of(action, fields))
    except msgspec.ValidationError as error:
        return Refused(call.number, action, fields, problem_of(incomplete(error), locale))
    except DomainError as error:
        return Refused(call.number, action, fields, problem_of(error, locale))
    return None
