"""The tickets of a queue as a file: exactly those of the view and the filters that somebody looks at."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.export import tickets_table
from jiesu.desk.board.sheets import MOST, Asked, Exported, ListTooLong, hand_out
from jiesu.desk.filters import Filters
from jiesu.desk.queue import View, list_tickets
from jiesu.kit.masking import mask_phone, mask_text
from jiesu.kit.numbers import normalise_number
from jiesu.rules import Rules

__all__ = ["export_queue"]


async def export_queue(
    uow: UnitOfWork, rules: Rules, staff: Staff, view: View, q: str, narrow: Filters, asked: Asked
) -> Exported:
    """As the desk lists them, and the export on record. Raises EmptyText for the reason, ListTooLong, NotADay."""
    conditions = list(narrow.conditions(rules.organisation))
    page = await list_tickets(uow, rules.keys, staff, view, q=q, narrow=conditions, limit=MOST)
    if page.next_cursor:
        raise ListTooLong("view", most=MOST)
    filters = {"view": str(view), **({"q": _said(q)} if q.strip() else {}), **narrow.given}
    condition = " ".join(f"{name}={value}" for name, value in filters.items())
    table = tickets_table(page.tickets, rules, uow.now, asked.locale)
    return await hand_out(uow, rules, staff, "tickets", filters, condition, [table], asked)


def _said(q: str) -> str:
    """What was searched for, fit for a record that stays: a telephone number is masked however it was typed."""
    if normalise_number(q) is not None:
        return q[:40]
    digits = "".join(q.split()).replace("-", "")
    return (mask_phone(digits) or "" if digits.isdigit() else mask_text(q))[:40]
