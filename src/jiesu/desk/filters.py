"""Narrowing a queue: by unit, category, class, channel and the day it is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode

import msgspec
from sqlalchemy import ColumnElement, false

from jiesu.errors import Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.text import forbidden_characters
from jiesu.tickets.models import FIRST_LEVEL, Ticket
from jiesu.tickets.states import OPEN
from jiesu.tickets.words import Channel
from jiesu.units.organisation import Organisation

__all__ = ["Filters", "NotADay", "canonical"]

#: What of the page's address makes a filter, in this order.
FIELDS = ("view", "q", "unit", "category", "class", "channel", "due")
LONGEST = 500


class NotADay(Invalid):
    zh = "“{day}”不是日期。请写成 2026-11-30 这样。"
    en = "“{day}” is no date. Write it like 2026-11-30."


class Filters(msgspec.Struct, frozen=True, rename={"service_class": "class"}):
    """What a queue is narrowed to; what is empty narrows nothing.

    `unit` stands for itself and all below, `category` of two digits for all it begins; `due` is the last day, as 2026-11-30.
    """

    unit: str = ""
    category: str = ""
    service_class: str = ""
    channel: str = ""
    due: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """From the page's address."""
        return cls(*(given.get(field.encode_name, "").strip() for field in msgspec.structs.fields(cls)))

    @property
    def given(self) -> dict[str, str]:
        """Those that narrow, as in the page's address."""
        return {name: value for name, value in msgspec.to_builtins(self).items() if value}

    def conditions(self, organisation: Organisation) -> Iterator[ColumnElement[bool]]:
        """The same in SQL. Raises NotADay."""
        if forbidden_characters("".join(self.given.values())):
            yield false()  # no unit or category is called so, and PostgreSQL takes no NUL
            return
        if self.unit:
            known = organisation.find_unit(self.unit)
            yield Ticket.lead_unit.in_(organisation.subtree(self.unit)) if known else false()
        if self.category:
            yield FIRST_LEVEL.in_([self.category[:2]])  # which the index has
            if len(self.category) > 2:
                yield Ticket.category == self.category
        if self.service_class:
            yield Ticket.service_class == self.service_class
        if self.channel:
            yield Ticket.channel == Channel(self.channel) if self.channel in list(Channel) else false()
        if self.due:
            yield Ticket.next_due_at < _end_of(self.due)
            yield Ticket.status.in_(OPEN)  # nothing else is due; and it is what the index holds


def _end_of(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time.min, SHANGHAI)
    except (ValueError, OverflowError) as error:
        raise NotADay("due", day=day[:20]) from error


def canonical(address: str) -> str:
    """The part of a page's address that makes its filter, each thing once and in one order."""
    given = dict(parse_qsl(address[:LONGEST]))
    return urlencode({name: given[name].strip() for name in FIELDS if given.get(name, "").strip()})
