"""What has been kept long enough goes, all of it; figures and chains stay; a hold stops it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from jiesu.attachments.models import Attachment
from jiesu.audit import security
from jiesu.audit.trail import history, verify
from jiesu.audit.trail_keys import ERASED
from jiesu.custody.policy import RetentionPolicy, load_retention, months_before
from jiesu.custody.retention import Outcome, Retention, due
from jiesu.kit.config import ConfigMistake
from jiesu.petitioners.consent import Consent
from jiesu.petitioners.models import Petitioner
from jiesu.statistics.query import month_span
from jiesu.statistics.rollup import rates_of
from jiesu.tickets.hold import HoldSet
from tests.builders.command import command
from tests.builders.files import jpeg
from tests.builders.forms import CITY, STATION
from tests.builders.make import Make
from tests.journeys.test_nothing_in_clear import dumped

POLICY = RetentionPolicy("test", personal=12, trail=24)
BOTH = RetentionPolicy("test", personal=12, trail=12)
YEAR = timedelta(days=366)
LEADER = f"supervisor-{CITY}"


async def run(kernel, policy: RetentionPolicy = POLICY, **more) -> Outcome:
    return await Retention(kernel.db, policy, kernel.files, "test", **more).run()


async def told(kernel, made) -> list:
    async with kernel.db.begin() as uow:
        return list(await history(uow.session, made.id))


async def test_nothing_open_and_nothing_young_is_touched(kernel, make, clock):
    young, open_ = await make.ticket("closed"), await make.ticket("in_progress")
    clock.advance(timedelta(days=360))
    assert await run(kernel) == Outcome(0, 0, 0)
    clock.advance(timedelta(days=10))
    assert await due(kernel.db, POLICY) == Outcome(1, 0, 0)
    assert await run(kernel) == Outcome(1, 0, 0)
    assert (await make.load(young)).erased_at == clock.now()
    assert (await make.load(open_)).erased_at is None


async def test_who_it_was_and_what_was_said_is_gone_and_the_skeleton_stays(kernel, make, clock, client):
    made = await make.ticket("closed", unit=STATION)
    before = await make.load(made)
    clock.advance(YEAR)
    await run(kernel, BOTH)
    after = await make.load(made)
    assert (after.result, after.reply, after.petitioner_id, after.routing) == (None, None, None, {})
    assert before.text not in (after.text, after.title)
    kept = ("number", "status", "category", "service_class", "lead_unit", "registered_at", "ended_at", "reworks")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    follow = await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})
    assert follow.status_code == 404
    async with kernel.db.begin() as uow:
        found = text("SELECT search::text FROM ticket WHERE id = :id")
        assert await uow.session.scalar(found, {"id": made.id}) == ""


async def test_a_dump_shows_nothing_of_an_erased_ticket_even_to_who_has_the_keys(committed_kernel, clock):
    make = Make(committed_kernel)
    words = {"text": "独一无二的诉求内容，请帮忙看一看。", "petitioner": {"name": "欧阳锦绣", "phone": "13987654321"}}
    made = await make.ticket("in_progress", **words)
    await make.step(made, "note", f"officer-{STATION}", text="独一无二的记录")
    await make.step(made, "contact", f"officer-{STATION}", note="独一无二的联系")
    await make.withdraw(made)
    clock.advance(YEAR)
    assert await run(committed_kernel, BOTH) == Outcome(1, 1, 0)
    url = committed_kernel.settings.owner_database_url
    keys = committed_kernel.keys
    readable = dumped(url) + " ".join(keys.decrypt(sealed) for sealed in sealed_values(dumped(url)))
    assert made.number in readable
    for word in ("独一无二", "欧阳锦绣", "13987654321", keys.search_hash("13987654321"), made.code):
        assert word not in readable


def sealed_values(dump: str) -> list[str]:
    return [word for line in dump.splitlines() for word in line.split("\t") if word.startswith("k1:aes:")]


async def test_files_and_consents_go_with_the_ticket(kernel, make, clock, client):
    person = {"name": "张建国", "phone": "13987654321", "id_number": "150102195003072514"}
    made, other = [await make.filed(petitioner=person, consents=["id_number"]) for _ in range(2)]
    for one in (made, other):
        path, photo = f"/api/v1/tickets/{one.number}/attachments?code={one.code}", ("退役证.jpg", jpeg())
        assert (await client.post(path, files=[("files", photo)])).status_code == 201
    await make.withdraw(made)
    async with kernel.db.begin() as uow:
        places = dict((await uow.session.execute(select(Attachment.ticket_id, Attachment.place))).all())
    clock.advance(YEAR)
    assert (await run(kernel)).personal == 1
    async with kernel.db.begin() as uow:
        assert (await uow.session.scalars(select(Attachment.ticket_id))).all() == [other.id]
        assert (await uow.session.scalars(select(Consent.ticket_id))).all() == [other.id]
    assert [kernel.files.there(places[one.id]) for one in (made, other)] == [False, True]


async def test_somebody_with_another_ticket_stays_until_that_one_goes_too(kernel, make, clock):
    first = await make.ticket("closed")
    clock.advance(timedelta(days=200))
    second = await make.ticket("closed")
    assert (await make.load(first)).petitioner_id == (await make.load(second)).petitioner_id
    person = (await make.load(first)).petitioner_id
    clock.advance(timedelta(days=170))
    await run(kernel)
    assert (await make.load(second)).petitioner_id == person
    clock.advance(timedelta(days=200))
    await run(kernel)
    async with kernel.db.begin() as uow:
        assert await uow.session.get(Petitioner, person) is None


async def test_the_texts_of_the_trail_have_a_time_of_their_own_and_its_chain_stays_whole(kernel, make, clock):
    made = await make.ticket("closed")
    clock.advance(YEAR)
    assert await run(kernel) == Outcome(1, 0, 0)
    assert "已核实并补发三个月抚恤金。" in [entry.data.get("result") for entry in await told(kernel, made)]
    clock.advance(YEAR)
    assert await run(kernel) == Outcome(0, 1, 0)
    entries = await told(kernel, made)
    assert [entry.data["result"] for entry in entries if entry.kind == "ResultSubmitted"] == [ERASED]
    parts = [(e.data["personal"], e.data["words"], e.data["policy"]) for e in entries if e.kind == "DataErased"]
    assert parts == [(True, False, "test"), (False, True, "test")]
    async with kernel.db.sessions() as session:
        assert [broken async for broken in verify(session)] == []
        assert [fault async for fault in security.verify(session)] == []


async def test_a_hold_keeps_everything_and_lifting_it_lets_the_policy_go_on(kernel, make, clock, act, jobs):
    made = await make.ticket("closed")
    assert (await act(LEADER, made, "hold", reason="法院调取")).json()["allowed"][-1] == "lift_hold"
    assert (await act(LEADER, made, "hold", reason="再来一次")).json()["title"] == "AlreadyHeld"
    clock.advance(YEAR * 2)
    assert await due(kernel.db, POLICY) == await run(kernel) == Outcome(0, 0, 1)
    assert (await make.load(made)).petitioner_id is not None
    assert (await act(LEADER, made, "lift_hold", reason="已结案")).json()["allowed"][-1] == "hold"
    assert await run(kernel) == Outcome(1, 1, 0)
    refused = [
        (await act(LEADER, made, step, reason="晚了")).json()["title"] for step in ("hold", "lift_hold", "reopen")
    ]
    assert refused == ["ErasedAlready", "NotHeld", "TicketErased"]
    shown = await act(LEADER, made, "hold", reason="")
    assert shown.status_code == 409


@pytest.mark.parametrize("who", [f"officer-{STATION}", f"unit_head-{STATION}", f"dispatcher-{CITY}", f"intake-{CITY}"])
async def test_the_unit_that_handled_it_and_who_does_not_supervise_hold_and_lift_nothing(make, act, who):
    made = await make.ticket("closed", unit=STATION)
    assert (await act(who, made, "hold", reason="x")).status_code == 403
    assert (await act(LEADER, made, "hold", reason="x")).status_code == 200
    assert (await act(who, made, "lift_hold", reason="x")).status_code == 403


async def test_figures_are_the_same_before_and_after(kernel, make, clock):
    for answers in ({"solved": "yes", "satisfied": "yes"}, {"solved": "yes", "satisfied": "mostly"}):
        await make.answer(await make.ticket("awaiting_survey", unit=STATION), **answers)
    span, organisation = month_span("2026-11"), kernel.rules.organisation

    async def figures():
        async with kernel.db.begin() as uow:
            return await rates_of(uow, organisation, kernel.rules.rates, span, CITY)

    before = await figures()
    clock.advance(YEAR)
    assert (await run(kernel, BOTH)).personal == 2
    assert await figures() == before


async def test_a_run_that_was_killed_goes_on_where_it_stopped_and_says_it_in_the_security_trail(kernel, make, clock):
    for _ in range(5):
        await make.ticket("closed")
    clock.advance(YEAR)
    heard = []

    def killed(count: int) -> None:
        heard.append(count)
        if len(heard) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await run(kernel, BOTH, tell=killed, batch=2)
    assert await run(kernel, BOTH, batch=2) == Outcome(1, 1, 0)
    async with kernel.db.begin() as uow:
        entries = (await security.newest(uow)).entries
    assert [entry.data for entry in entries if entry.kind == "RetentionRun"] == [
        {"by": "test", "policy": "test", "personal": 1, "words": 1, "held": 0}
    ]


def test_the_law_keeps_the_trail_six_months(tmp_path: Path):
    path = tmp_path / "retention.toml"
    path.write_text('version = "x"\npersonal = 3\ntrail = 5\n')
    with pytest.raises(ConfigMistake, match="6 months or longer"):
        load_retention(path)
    path.write_text('version = "x"\npersonal = 3\ntrail = 6\n')
    assert load_retention(path) == RetentionPolicy("x", 3, 6)


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [
        (datetime(2026, 11, 2, 1, tzinfo=UTC), 36, datetime(2023, 11, 2, 1, tzinfo=UTC)),
        (datetime(2024, 8, 31, 1, tzinfo=UTC), 6, datetime(2024, 2, 29, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, 17, tzinfo=UTC), 12, datetime(2025, 12, 31, 17, tzinfo=UTC)),
        (datetime(2026, 1, 5, 1, tzinfo=UTC), 1, datetime(2025, 12, 5, 1, tzinfo=UTC)),
    ],
)
def test_months_are_counted_in_shanghai_and_end_with_the_month(now: datetime, months: int, then: datetime):
    assert months_before(now, months) == then


async def test_the_command_counts_erases_holds_and_lifts(committed_kernel, clock):
    def jiesu(*words: str) -> str:
        ended = command(committed_kernel.settings, *words)
        assert ended.code == 0, ended.err
        return ended.out

    clock.set(datetime(2020, 3, 2, 2, tzinfo=UTC))
    made, other = [await Make(committed_kernel).ticket("withdrawn") for _ in range(2)]
    assert "on hold" in jiesu("hold", "set", made.number, "--reason", "法院调取")
    assert jiesu("retention", "run", "--dry-run", "--json") == '{"personal":1,"words":0,"held":1}\n'
    assert jiesu("retention", "run", "--json") == '{"personal":1,"words":0,"held":1}\n'
    assert (await Make(committed_kernel).load(other)).erased_at is not None
    jiesu("hold", "lift", made.number, "--reason", "已结案")
    assert "personal data 1，" in jiesu("retention", "run")
    kinds = [entry.kind for entry in await told(committed_kernel, made)]
    assert kinds[-3:] == [HoldSet.__name__, "HoldLifted", "DataErased"]
