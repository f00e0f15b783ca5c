"""`jiesu rates`: the figures of a month without anybody signed in."""

from __future__ import annotations

from typing import Any

from jiesu.db.uow import Database
from jiesu.rules import Rules
from jiesu.statistics.query import month_span
from jiesu.statistics.rollup import rates_of

__all__ = ["month_table"]


async def month_table(db: Database, rules: Rules, month: str, unit: str | None) -> list[dict[str, Any]]:
    """Rows for the unit and those directly below it, figures of the whole subtree. Raises BadMonth, UnknownUnit."""
    organisation = rules.organisation
    chosen = organisation.unit(unit or organisation.root.code).code
    async with db.begin() as uow:
        found = await rates_of(uow, organisation, rules.rates, month_span(month), chosen)
    names = ("response", "resolution", "satisfaction", "score", "first_time_solved", "timed_response", "rework")
    return [
        {
            "unit": row.unit,
            "name": organisation.unit(row.unit).name,
            "base": row.subtree.base,
            **{name: None if (rate := getattr(row.subtree, name)) is None else float(rate) for name in names},
        }
        for row in found
    ]
