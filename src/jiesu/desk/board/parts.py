"""What a unit's rates are divided by: category, function, officer; and the condition of one part of them."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.rules import Rules
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Ticket

__all__ = ["FIRST", "NONE", "By", "Part", "check_by", "of_part"]

#: In place of a key: tickets that have none.
NONE = "none"
#: The category of the first level, to group by.
FIRST: ColumnElement[str] = func.left(Ticket.category, 2)


class By(StrEnum):
    CATEGORY = "category"
    #: The responsibility (职能) that the category asks for.
    FUNCTION = "function"
    #: Who submitted the result, by user name.
    OFFICER = "officer"


class Part(NamedTuple):
    """One line of a division: `category` 04, `function` benefits, `officer` a user name."""

    by: By
    key: str


def check_by(staff: Staff, by: By) -> None:
    """People's figures are for whoever supervises them. Raises NotYours."""
    if by is By.OFFICER and not staff.has(Right.SUPERVISE):
        raise NotYours


def of_part(rules: Rules, staff: Staff, part: Part) -> ColumnElement[bool]:
    """Surveys, joined with their tickets, that belong to the part. Raises NotYours."""
    check_by(staff, part.by)
    key = part.key.replace("\0", "")  # it stands in no name, and no database takes it
    if part.by is By.CATEGORY:
        return FIRST.is_(None) if key == NONE else FIRST.in_([key])
    if part.by is By.FUNCTION:
        codes = [code for code, found in rules.catalogue.categories.items() if found.function == key]
        unknown = or_(Ticket.category.is_(None), Ticket.category.not_in(list(rules.catalogue.categories)))
        return unknown if key == NONE else Ticket.category.in_(codes)
    if key == NONE:
        return Survey.officer_id.is_(None)
    posts = select(StaffRow.id).join(Account, Account.id == StaffRow.account_id).where(Account.username == key)
    return Survey.officer_id.in_(posts)
