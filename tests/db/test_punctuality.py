"""按时办理: dates kept and missed by each clock, lateness in working hours, and months that begin on another day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import true

from jiesu.kit.clock import SHANGHAI
from jiesu.sla.models import Deadline
from jiesu.statistics.punctuality import kept_of, punctual_tickets
from jiesu.statistics.query import month_span
from tests.builders.forms import CITY, COUNTY, STATION

NOVEMBER = month_span("2026-11")


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


#: Clock, state, due, done, and what that is; office hours are 8:30 to 12:00 and 14:30 to 17:30.
DATES = [
    ("petitioner", "met", "11-03 17:30", "11-03 10:00", None),
    ("petitioner", "met", "11-04 17:30", "11-04 17:30", None),
    ("petitioner", "missed", "11-05 17:30", "11-06 09:30", 1.0),  # the night does not count
    ("petitioner", "missed", "11-06 17:30", "11-09 09:00", 0.5),  # nor does a weekend
    ("petitioner", "missed", "11-10 11:30", "11-10 15:00", 1.0),  # nor noon
    ("petitioner", "running", "11-13 17:30", None, 6.5),  # late and not done yet: it is Monday evening
    ("petitioner", "paused", "11-12 17:30", None, None),  # stands still
    ("petitioner", "running", "11-20 17:30", None, None),
    ("petitioner", "cancelled", "11-11 17:30", "11-10 10:00", None),
    ("petitioner", "met", "10-31 23:59", "10-30 10:00", None),
    ("petitioner", "missed", "12-01 00:00", "12-02 10:00", None),
    ("unit", "missed", "11-05 17:30", "11-09 17:30", 13.0),
]


async def test_dates_kept_and_missed_and_how_late_in_office_hours(make, uow, kernel, clock):
    made = await make.ticket("in_progress")
    clock.set(at("11-16 18:00"))
    uow.now = clock.now()
    for who, state, due, done, _ in DATES:
        row = Deadline(
            ticket_id=made.id, clock=who, target="plan", service_class="P4", amount=1, per="hours", policy_version="1",
            calendar_version="1", start_at=at("10-01 09:00"), due_at=at(due), provisional=False, state=state,
            stopped_at=at(done) if done else None, unit=STATION if who == "unit" else None,
        )  # fmt: skip
        uow.session.add(row)
    await uow.session.flush()
    units = sorted(kernel.rules.organisation.subtree(COUNTY))
    found = {
        (row.clock, row.target): row for row in await kept_of(uow, kernel.rules.calendars, NOVEMBER, units, true())
    }
    plan = found["petitioner", "plan"]
    assert (plan.on_time, plan.late, plan.open) == (2, 4, 2)
    assert plan.hours == [0.5, 1.0, 1.0, 6.5]
    assert (plan.mean_hours, plan.median_hours) == (2.25, 1.0)
    assert found["unit", "plan"].hours == [13.0]
    rows = await punctual_tickets(uow, kernel.rules.calendars, NOVEMBER, units, true(), "petitioner", "plan")
    assert [row.how for row in rows].count("late") == 4
    assert len(rows) == 8
    elsewhere = await kept_of(uow, kernel.rules.calendars, NOVEMBER, ["VS-150103"], true())
    assert elsewhere == []


@pytest.mark.parametrize(
    ("month", "first_day", "start", "end"),
    [("2026-11", 26, "10-26", "11-26"), ("2026-01", 26, "12-26", "01-26"), ("2026-03", 28, "02-28", "03-28"), ("2026-12", 1, "12-01", "01-01")],
)  # fmt: skip
def test_an_assessment_month_begins_in_the_month_before(month, first_day, start, end):
    span = month_span(month, first_day)
    assert (f"{span.start:%m-%d}", f"{span.end:%m-%d}", span.name) == (start, end, month)
    assert span.start < span.end < span.start + timedelta(days=32)


async def test_the_board_divides_and_every_number_opens_its_tickets(client, sign_in, make, clock, uow):
    clock.set(at("11-02 09:00"))
    made = await make.ticket("closed")
    clock.set(at("11-27 09:00"))
    later = await make.ticket("closed")
    silent = await make.ticket("in_progress", anonymous=True)
    for step, by in (("submit", "officer"), ("approve", "unit_head")):
        await make.step(silent, step, f"{by}-{STATION}")
    clock.set(at("12-07 09:00"))
    head = await sign_in(f"supervisor-{CITY}")

    async def ask(path, **query):
        return (await client.get(f"/api/v1/board/{path}", params={"month": "2026-11"} | query, headers=head)).json()

    for by, key in (("officer", f"officer-{STATION.lower()}"), ("category", "none"), ("function", "none")):
        lines = {row["of"]["code"]: row["figures"]["base"] for row in (await ask("rates/by", by=by))["parts"]}
        listed = await ask("rates/tickets", by=by, key=key)
        assert (lines[key], {row["number"] for row in listed}) == (2, {made.number, later.number}), by
    month = await ask("rates", period="assessment")
    assert (month["units"][0]["subtree"]["base"], month["since"], month["until"]) == (1, "2026-10-26", "2026-11-25")
    december = await ask("rates/uncounted", month="2026-12")
    assert [(row["number"], row["why"]) for row in december] == [(silent.number, "anonymous")]
    lines = {(row["clock"], row["target"]): row for row in (await ask("punctuality"))["lines"]}
    first = lines["petitioner", "first_contact"]
    dates = await ask("punctuality/tickets", clock="petitioner", target="first_contact")
    assert first["on_time"] + first["late"] + first["open"] == len(dates)
    for page in (
        "/board/rates?month=2026-11&by=officer",
        "/board/tickets?month=2026-12",
        "/board/dates?month=2026-11&clock=petitioner&target=first_contact",
    ):
        assert (await client.get(page, headers=head)).status_code == 200, page
    officer = await sign_in(f"officer-{STATION}")
    assert (await client.get("/api/v1/board/rates/by?by=officer", headers=officer)).status_code == 403
    assert (await client.get("/api/v1/board/rates/by?by=category", headers=officer)).status_code == 200
