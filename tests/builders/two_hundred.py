"""Two hundred tickets with their rates reckoned by hand: `tests/rates/two_hundred.xlsx`, facts on one sheet, formulas on the other."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook
from sqlalchemy import select

from jiesu.accounts.models import StaffRow
from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.models import Deadline
from jiesu.statistics.exclusions import Exclusion
from jiesu.statistics.rates import Fact
from jiesu.surveys.models import Survey
from jiesu.surveys.words import Satisfaction, Solved
from jiesu.tickets.models import Ticket

__all__ = ["FACTS", "OFFICERS", "RATES", "fact_of", "put_in", "share"]

_BOOK = CalamineWorkbook.from_path(Path(__file__).parents[1] / "rates" / "two_hundred.xlsx")


def _sheet(name: str, keys: int) -> list[dict[str, Any]]:
    """Rows by the names in the row `keys`; whole numbers as such, empty cells as None."""
    rows = _BOOK.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [dict(zip(map(str, rows[keys]), map(_plain, row), strict=True)) for row in rows[keys + 1 :] if row[0] != ""]


def _plain(cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell


#: Keys of the posts in which the spreadsheet's officers work, once it is in the database.
OFFICERS: dict[str, int] = {}
FACTS, RATES = _sheet("facts", 1), _sheet("rates", 4)


def share(line: dict[str, Any], name: str, by: str, times: int = 1) -> Fraction | None:
    """A rate as the exact fraction that the spreadsheet divided."""
    return Fraction(line[name], times * line[by]) if line[by] else None


def fact_of(row: dict[str, Any]) -> Fact:
    """What the spreadsheet's formulas made of a counted ticket."""
    timed = row["first_contact"]
    return Fact(
        contacted={"yes": True, "no": False}.get(row["contacted"]),
        solved=row["solved"] and Solved(row["solved"]),
        satisfied=row["satisfied"] and Satisfaction(row["satisfied"]),
        first_time=bool(row["first_time"]),
        contacted_in_time=timed == "met" if timed in ("met", "missed") else None,
        excluded=bool(row["excluded"]),
        reworked=bool(row["reworked"]),
    )


async def put_in(uow: UnitOfWork) -> dict[str, int]:
    """Write the facts to the database; returns the numbers of the spreadsheet by the tickets' numbers."""
    posts = (await uow.session.scalars(select(StaffRow.id).order_by(StaffRow.id).limit(3))).all()
    OFFICERS.update(zip("甲乙丙", posts, strict=True))
    keys: dict[int, int] = {}
    for leads in (True, False):  # a ticket that others belong to is there before them
        some = {row["no"]: _ticket(row, keys) for row in FACTS if leads is not bool(row["merged_into"] or row["whole"])}
        uow.session.add_all(some.values())
        await uow.session.flush()
        keys |= {no: ticket.id for no, ticket in some.items()}
    for row in FACTS:
        surveys = {no: _survey(row, no, keys[row["no"]]) for no in (1, 2) if row[f"state_{no}"]}
        uow.session.add_all(surveys.values())
        if row["first_contact"]:
            uow.session.add(_deadline(row, keys[row["no"]]))
        if row["exclusion"]:
            await uow.session.flush()
            uow.session.add(_exclusion(row, surveys[row["excluded_round"]], posts[0]))
    await uow.session.flush()
    return {_number(row["no"]): row["no"] for row in FACTS}


def _number(no: int) -> str:
    return f"HH20261001-{no:05d}-X"


def _wall(moment: date) -> datetime:
    """A midnight is read as a day."""
    at = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return at.replace(tzinfo=SHANGHAI)


BEGAN = datetime(2026, 10, 1, 9, tzinfo=SHANGHAI)


def _ticket(row: dict[str, Any], keys: dict[int, int]) -> Ticket:
    return Ticket(
        number=_number(row["no"]), code_hash=f"{row['no']:064d}", status="closed", track="SERVICE", nature="help",
        channel="web", service_class="P2", policy_version="1", category=row["category"], title=row["case"][:40],
        text=row["case"], desk_unit="VS-1501", lead_unit=row["unit"], registered_at=BEGAN, ended_at=BEGAN,
        merged_into=keys.get(row["merged_into"]), part_of=keys.get(row["whole"]), part_no=row["part_no"],
    )  # fmt: skip


def _survey(row: dict[str, Any], no: int, ticket: int) -> Survey:
    at = _wall(row[f"at_{no}"] or date(2026, 12, 31))
    answered = row[f"state_{no}"] == "answered"
    return Survey(
        ticket_id=ticket, round=no, unit=row[f"unit_{no}"], state=row[f"state_{no}"], token_hash=f"{ticket}-{no}",
        officer_id=OFFICERS[row["officer"]], created_at=at - timedelta(days=3), expires_at=at + timedelta(days=4) if answered else at,
        answered_at=at if answered else None, why_not=row["why_not"],
        contacted={"yes": True, "no": False}.get(row[f"contacted_{no}"]),
        solved=row[f"solved_{no}"], satisfied=row[f"satisfied_{no}"],
    )  # fmt: skip


def _deadline(row: dict[str, Any], ticket: int) -> Deadline:
    return Deadline(
        ticket_id=ticket, clock="petitioner", target="first_contact", service_class="P2", amount=24, per="hours",
        policy_version="1", calendar_version="1", start_at=BEGAN, due_at=BEGAN + timedelta(days=1), provisional=False,
        state=row["first_contact"], stopped_at=BEGAN + timedelta(days=2),
    )  # fmt: skip


def _exclusion(row: dict[str, Any], survey: Survey, staff: int | None) -> Exclusion:
    return Exclusion(
        ticket_id=survey.ticket_id, survey_id=survey.id, unit=survey.unit, asked_by=staff, asked_at=BEGAN,
        reason="mistaken", evidence="见附件", state=row["exclusion"],
    )  # fmt: skip
