"""Publishing a year: what it moves, what it leaves alone, and who is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from jiesu.audit.trail import history
from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Message, Notice
from jiesu.sla.editions import calendar_edition
from jiesu.sla.models import CalendarEdit, Deadline, Edition, Move
from jiesu.sla.recompute import BATCH, RECOMPUTE, CalendarNotHere, outdated, recompute_batch
from tests.builders.forms import CITY, STATION
from workers.invariants import check_all

ADMIN = f"administrator-{CITY}"
#: As a notice of the State Council might arrange it: the first week of January off but for a Sunday that is worked.
YEAR_2027 = {
    "year": 2027,
    "published": True,
    "off": [
        {"name": "元旦", "name_en": "New Year's Day", "from": "2027-01-01", "to": "2027-01-03"},
        {"name": "春节", "name_en": "Spring Festival", "from": "2027-02-05", "to": "2027-02-12"},
        {"name": "清明节", "name_en": "Tomb-sweeping Day", "from": "2027-04-03", "to": "2027-04-05"},
        {"name": "劳动节", "name_en": "Labour Day", "from": "2027-05-01", "to": "2027-05-05"},
        {"name": "端午节", "name_en": "Dragon Boat Festival", "from": "2027-06-09", "to": "2027-06-09"},
        {"name": "中秋节", "name_en": "Mid-Autumn Festival", "from": "2027-09-15", "to": "2027-09-15"},
        {"name": "国庆节", "name_en": "National Day", "from": "2027-10-01", "to": "2027-10-07"},
    ],
    "work": [{"days": ["2027-01-09", "2027-02-14"]}],
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def publish(client, sign_in):
    async def put(path: str, document: dict, **query):
        headers = await sign_in(ADMIN)
        return await client.put(f"/api/v1/admin/calendar/{path}", json=document, params=query, headers=headers)

    return put


@pytest.fixture
def settle(kernel, jobs, clock):
    """Every process knows the new calendar by now, and the background work is done."""

    async def wait() -> None:
        await kernel.refresh(force=True)
        for _ in range(10):
            clock.advance(timedelta(seconds=30))
            await jobs.run_due()

    return wait


@pytest.fixture
def dues(uow):
    async def read(made) -> dict[tuple[str, str], Deadline]:
        rows = select(Deadline).where(Deadline.ticket_id == made.id).order_by(Deadline.id)
        found = await uow.session.scalars(rows.execution_options(populate_existing=True))
        return {(row.clock, row.target): row for row in found}

    return read


RESOLVE = ("petitioner", "resolve")


async def test_a_deadline_in_an_unpublished_year_is_provisional_and_moves_when_the_year_is_published(
    make, clock, publish, settle, dues, uow, kernel, act
):
    """Peers' failure: due in a year with no calendar."""
    clock.set(at("2026-12-29 10:00"))
    made = await make.ticket("dispatched", service_class="P3")
    before = (await dues(made))[RESOLVE]
    assert before.due_at == at("2027-01-13 17:30")  # ten working days, provisionally: only 1 January is off
    assert before.provisional
    old = before.due_at
    assert (await publish("years/2027", YEAR_2027)).status_code == 200
    await settle()
    after = (await dues(made))[RESOLVE]
    assert after.due_at == at("2027-01-12 17:30")  # 9 January is worked
    assert not after.provisional
    assert after.calendar_version == kernel.rules.calendar.version
    moves = (await uow.session.scalars(select(Move).where(Move.deadline_id == after.id))).all()
    assert [(move.cause, move.old_due_at, move.new_due_at) for move in moves] == [("calendar", old, after.due_at)]
    assert [row.law for row in await check_all(kernel.db, kernel.clock.now()) if row.count] == []


async def test_petitioner_and_unit_are_told_old_and_new_date_in_office_hours(
    make, clock, publish, settle, uow, gateway
):
    clock.set(at("2026-12-29 10:00"))
    made = await make.ticket("dispatched", service_class="P3")
    clock.set(at("2026-12-29 22:00"))
    await publish("years/2027", YEAR_2027)
    await settle()
    told = select(Message).where(Message.ticket_id == made.id, Message.key.like("calendar_moved:%"))
    [message] = (await uow.session.scalars(told)).all()
    assert "1月13日（周三）17:30调整为1月12日（周二）17:30" in message.text
    assert message.sent_at is None
    notices = select(Notice).where(Notice.ticket_id == made.id, Notice.kind == "deadline_moved")
    rows = (await uow.session.scalars(notices)).all()
    assert rows
    assert {(row.unit, row.shown_from) for row in rows} == {(STATION, at("2026-12-30 08:30"))}
    entries = [entry for entry in await history(uow.session, made.id) if entry.kind == "DeadlineMoved"]
    assert [entry.data["target"] for entry in entries if entry.data["cause"] == "calendar"]


async def test_the_ladder_follows_the_new_date(make, clock, publish, settle, dues, jobs):
    clock.set(at("2026-12-29 10:00"))
    made = await make.ticket("dispatched", service_class="P3")
    await publish("years/2027", YEAR_2027)
    await settle()
    deadline = (await dues(made))[RESOLVE]
    [job] = [job for job in await jobs.pending(made.id, "sla.rung") if job.key == f"rung:{deadline.id}"]
    assert (job.payload["rung"], job.run_at) in {
        ("L1-50%-vulnerable", job.run_at),
        ("L1-48h", deadline.due_at - timedelta(hours=48)),
    }
    clock.set(deadline.due_at - timedelta(hours=48))
    await jobs.run_due()
    [job] = [job for job in await jobs.pending(made.id, "sla.rung") if job.key == f"rung:{deadline.id}"]
    assert job.run_at == deadline.due_at - timedelta(hours=24)


async def test_what_is_met_missed_or_late_is_never_changed(make, clock, publish, settle, dues, uow, jobs):
    clock.set(at("2026-12-29 10:00"))
    met = await make.ticket("closed", service_class="P3")
    late = await make.ticket("dispatched", service_class="P3")
    clock.set(at("2027-01-14 09:00"))
    await jobs.run_due()
    before = {key: (row.due_at, row.state) for made in (met, late) for key, row in (await dues(made)).items()}
    changed = {**YEAR_2027, "work": [{"days": ["2027-01-09", "2027-01-10"]}]}
    await publish("years/2027", changed)
    await settle()
    after = {key: (row.due_at, row.state) for made in (met, late) for key, row in (await dues(made)).items()}
    assert after == before
    assert (await uow.session.scalars(select(Move))).all() == []


async def test_a_date_is_never_moved_into_the_past(make, clock, publish, settle, dues):
    clock.set(at("2026-12-29 10:00"))
    made = await make.ticket("dispatched", service_class="P3")
    clock.set(at("2027-01-13 09:00"))  # provisionally due at 17:30 today; by the calendar published now, yesterday
    await publish("years/2027", YEAR_2027)
    await settle()
    assert (await dues(made))[RESOLVE].due_at == at("2027-01-13 17:30")


async def test_a_rehearsal_shows_what_would_change_and_changes_nothing(make, clock, publish, dues, uow, jobs):
    clock.set(at("2026-12-29 10:00"))
    made = await make.ticket("dispatched", service_class="P3")
    reply = await publish("years/2027", YEAR_2027, dry_run="true")
    shown = reply.json()
    assert (shown["applied"], shown["running_deadlines"]) == (False, 5)
    assert "2027-01-09" in {change["date"] for change in shown["changes"]}
    assert (await uow.session.scalars(select(CalendarEdit))).all() == []
    assert await jobs.pending(kind=RECOMPUTE) == []
    assert (await dues(made))[RESOLVE].due_at == at("2027-01-13 17:30")


async def test_publishing_the_same_again_moves_nothing_and_plans_nothing(make, clock, publish, settle, uow, jobs):
    clock.set(at("2026-12-29 10:00"))
    await make.ticket("dispatched", service_class="P3")
    for _ in range(2):
        await publish("years/2027", YEAR_2027)
    await settle()
    moved = len((await uow.session.scalars(select(Move))).all())
    await publish("years/2027", YEAR_2027)
    assert await jobs.pending(kind=RECOMPUTE) == []
    await settle()
    assert len((await uow.session.scalars(select(Move))).all()) == moved


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"year": 2026}, "write year = 2027"),
        ({"work": [{"days": ["2027-01-11"]}]}, "this is a working day anyhow"),
        (
            {"off": [{"name": "元旦", "name_en": "New Year", "from": "2027-01-03", "to": "2027-01-01"}]},
            "end on or after",
        ),
        ({"holidays": []}, "holidays"),
    ],
)
async def test_a_wrong_year_is_refused_by_name_and_nothing_is_kept(publish, uow, change, said):
    reply = await publish("years/2027", YEAR_2027 | change)
    assert (reply.status_code, reply.json()["title"]) == (422, "CalendarMistake")
    assert said in reply.json()["detail"]
    assert (await uow.session.scalars(select(CalendarEdit))).all() == []


async def test_a_year_without_a_statutory_festival_is_not_published(publish, uow):
    reply = await publish("years/2027", YEAR_2027 | {"off": YEAR_2027["off"][:-1]})
    assert (reply.status_code, reply.json()["title"], reply.json()["field"]) == (422, "FestivalLeftOut", "off")
    assert "2027-10-01是国庆节" in reply.json()["detail"]
    assert (await uow.session.scalars(select(CalendarEdit))).all() == []


@pytest.mark.parametrize("who", [f"dispatcher-{CITY}", f"supervisor-{CITY}", f"officer-{STATION}", f"auditor-{CITY}"])
async def test_only_the_administrator_publishes(client, sign_in, who):
    reply = await client.put("/api/v1/admin/calendar/years/2027", json=YEAR_2027, headers=await sign_in(who))
    assert reply.status_code == 403


async def test_the_year_reads_back(client, sign_in, publish, settle):
    headers = await sign_in(ADMIN)
    before = (await client.get("/api/v1/admin/calendar/years/2027", headers=headers)).json()
    assert before["published"] is False
    await publish("years/2027", YEAR_2027)
    await settle()
    headers = await sign_in(ADMIN)
    after = (await client.get("/api/v1/admin/calendar/years/2027", headers=headers)).json()
    assert after["published"] is True
    assert {"date": "2027-01-09", "name_zh": "调休上班", "name_en": "make-up working day", "works": True} in after[
        "days"
    ]


async def test_a_unit_with_hours_of_its_own_runs_its_clock_by_them(make, clock, publish, settle, dues, client, sign_in):
    late_hours = {"schedule": [{"from": "2026-01-01", "shifts": ["10:00-12:00", "15:00-19:00"]}]}
    assert (await publish(f"hours/{STATION}", late_hours)).status_code == 200
    await settle()
    clock.set(at("2026-11-03 09:00"))
    made = await make.ticket("dispatched")
    rows = await dues(made)
    assert rows["unit", "sign"].due_at == at("2026-11-03 17:00")  # four of its hours: 10–12 and 15–17
    assert rows["unit", "resolve"].due_at == at("2026-11-10 19:00")
    assert rows[RESOLVE].due_at == at("2026-11-10 17:30")  # the petitioner's clock is the network's
    read = await client.get(f"/api/v1/admin/calendar/hours/{STATION}", headers=await sign_in(ADMIN))
    assert read.json() == {"unit": STATION} | late_hours


async def test_hours_that_change_move_only_the_units_own_clock(make, clock, publish, settle, dues):
    clock.set(at("2026-11-03 09:00"))
    made = await make.ticket("dispatched")
    before = {key: row.due_at for key, row in (await dues(made)).items()}
    await publish(f"hours/{STATION}", {"schedule": [{"from": "2026-01-01", "shifts": ["10:00-12:00", "15:00-19:00"]}]})
    await settle()
    after = {key: row.due_at for key, row in (await dues(made)).items()}
    assert {key for key in after if after[key] != before[key]} == {("unit", "sign"), ("unit", "resolve")}
    await publish(f"hours/{STATION}", {"schedule": []})
    await settle()
    assert {key: row.due_at for key, row in (await dues(made)).items()} == before


async def test_a_calendar_that_came_back_by_file_is_noticed_when_a_worker_starts(make, clock, uow, kernel):
    await make.ticket("dispatched")
    assert not await outdated(uow, kernel.rules.calendars)
    await uow.session.execute(update(Deadline).values(calendar_version="of yesterday"))
    assert await outdated(uow, kernel.rules.calendars)


async def test_a_unit_nobody_knows_has_no_hours(publish):
    assert (await publish("hours/VS-999", {"schedule": []})).status_code == 422


async def test_the_work_goes_in_batches_and_each_promises_the_next(make, clock, uow, kernel, jobs, monkeypatch):
    monkeypatch.setattr("jiesu.sla.recompute.BATCH", 3)
    for _ in range(3):
        await make.ticket("dispatched")
    version = kernel.rules.calendars.version
    assert BATCH > 3
    await recompute_batch(uow, kernel.rules.calendars, version, None, 0)
    [job] = await jobs.pending(kind=RECOMPUTE)
    assert job.run_at > clock.now()
    assert job.payload["deadline_id"] > 0
    for _ in range(10):
        clock.advance(timedelta(seconds=2))
        await jobs.run_due()
    assert await jobs.pending(kind=RECOMPUTE) == []


async def test_a_process_that_does_not_know_the_calendar_yet_leaves_it_to_later(uow, kernel):
    with pytest.raises(CalendarNotHere):
        await recompute_batch(uow, kernel.rules.calendars, "another", None, 0)


async def test_every_calendar_in_use_is_kept_and_reads_back_as_it_was(publish, settle, uow, kernel):
    old = kernel.rules.calendar
    await publish("years/2027", YEAR_2027)
    await settle()
    kept = set(await uow.session.scalars(select(Edition.version).where(Edition.kind == "calendar")))
    assert {old.version, kernel.rules.calendar.version} <= kept
    again = await calendar_edition(uow.session, old.version)
    assert again is not None
    start = at("2026-12-29 10:00")
    assert again.add_working_days(start, 10) == old.add_working_days(start, 10)
    assert again.add_working_days(start, 10) != kernel.rules.calendar.add_working_days(start, 10)
    assert await calendar_edition(uow.session, "unknown") is None
