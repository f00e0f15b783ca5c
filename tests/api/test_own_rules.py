"""A ticket keeps the policy it began with, and a unit's clock the hours the unit keeps."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from jiesu.kit.calendar import Calendars, load_calendar
from jiesu.kit.clock import SHANGHAI
from jiesu.rules import Policies, load_policies
from jiesu.sla.classes import load_clocks
from jiesu.sla.models import Deadline
from jiesu.tickets.models import Ticket
from tests.builders.forms import COUNTY, STATION

CONFIG = Path(__file__).parents[2] / "config"
OFFICER = f"officer-{STATION}"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Policies:
    """Yesterday's policy was stricter and had another class; the station closes at 16:00."""
    folder = tmp_path_factory.mktemp("config")
    clocks = (CONFIG / "clocks.toml").read_text(encoding="utf-8")
    was = clocks.replace("contact_attempts = 3", "contact_attempts = 1").replace('"5 working days"', '"2 working days"')
    was = was.replace(
        "[classes.C]", '[classes.P5]\nname_zh = "旧"\nname_en = "old"\nlimits = { resolve = "7 hours" }\n\n[classes.C]'
    )
    (folder / "was.toml").write_text(was.replace('version = "', 'version = "was-'), encoding="utf-8")
    past = load_clocks(folder / "was.toml")
    shutil.copytree(CONFIG / "calendar", folder / "calendar")
    shifts = folder / "calendar" / "shifts.toml"
    shifts.write_text(shifts.read_text(encoding="utf-8").replace("17:30", "16:00"), encoding="utf-8")
    today = load_policies(CONFIG)
    calendars = Calendars(today.calendar, {STATION: load_calendar(folder / "calendar")})
    return replace(today, calendars=calendars, past={past.version: past})


@pytest.fixture
def aged(kernel, policies):
    """Let a ticket have begun under yesterday's policy."""

    async def age(made) -> None:
        [version] = policies.past
        async with kernel.db.begin() as uow:
            await uow.session.execute(update(Ticket).where(Ticket.id == made.id).values(policy_version=version))

    return age


async def test_the_unit_s_clock_ends_when_the_unit_closes_and_the_petitioner_s_with_the_network(make, client):
    made = await make.ticket("dispatched")
    view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    dates = {row["clock"]: row["due_at"][:16] for row in view["deadlines"] if row["target"] == "resolve"}
    assert dates == {"petitioner": "2026-11-09T17:30", "unit": "2026-11-09T16:00"}
    unit = next(row for row in view["deadlines"] if (row["clock"], row["target"]) == ("unit", "resolve"))
    assert unit["explanation"][-1] == "到期：2026年11月9日（周一）16:00"


async def test_an_extension_moves_both_to_the_promised_moment(act, make, uow):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "extend", until="2026-11-13", reason="等回函")
    await act(f"unit_head-{COUNTY}", made, "grant_extension")
    finals = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.target == "resolve", Deadline.moves == 1)
    rows = {row.clock.value: (row.due_at, row.calendar_version) for row in await uow.session.scalars(finals)}
    assert {due for due, _ in rows.values()} == {at(13, 17, 30)}
    assert rows["unit"][1] != rows["petitioner"][1]


async def test_class_and_attempts_are_those_of_the_policy_the_ticket_began_with(act, make, aged, uow):
    made = await make.ticket("registered")
    await aged(made)
    await act(f"dispatcher-{COUNTY}", made, "dispatch", unit=STATION)
    row = await uow.session.scalar(
        select(Deadline).where(Deadline.ticket_id == made.id, Deadline.clock == "unit", Deadline.target == "resolve")
    )
    assert (row.amount, row.due_at, row.policy_version) == (2, at(4, 16), (await make.load(made)).policy_version)
    await make.step(made, "sign", OFFICER)
    await make.step(made, "contact", OFFICER, outcome="no_answer", note="无人接听")
    assert (await make.load(made)).first_contact_at is not None


async def test_a_dispatcher_is_offered_the_classes_of_the_ticket_s_policy(act, make, aged):
    old, new = await make.ticket("registered"), await make.ticket("registered")
    await aged(old)
    body = {"unit": STATION, "class": "P5"}
    refused = await act(f"dispatcher-{COUNTY}", new, "dispatch", **body)
    assert (refused.status_code, refused.json()["title"]) == (422, "UnknownClass")
    assert "P5" not in refused.json()["detail"].split("可选")[1]
    assert (await act(f"dispatcher-{COUNTY}", old, "dispatch", **body)).json()["class"] == "P5"
