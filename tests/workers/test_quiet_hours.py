"""Messages at night: they wait for the morning in their order, urgent ones do not, none is lost or doubled."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.settings import Settings
from tests.builders.forms import COUNTY, PHONE, STATION
from tests.builders.make import YES
from workers.actor import FIRST_WAIT
from workers.invariants import check_all

OFFICER = f"officer-{STATION}"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def told(gateway):
    """Which of these words each message so far has, in order."""

    def read(*words: str) -> list[str]:
        return [next((word for word in words if word in sms.text), sms.text) for sms in gateway.to(PHONE)]

    return read


async def test_news_of_the_night_come_in_the_morning_in_their_order(make, jobs, clock, told, kernel):
    made = await make.ticket("in_progress")
    await jobs.run_due()
    before = len(told())
    for moment, text in ((at(2, 22), "晚上说的"), (at(3, 1), "半夜说的"), (at(3, 6, 59), "清早说的")):
        clock.set(moment)
        await make.step(made, "inform", OFFICER, text=text)
        await jobs.run_due()
    assert len(told()) == before
    assert [finding for finding in await check_all(kernel.db, clock.now()) if finding.count] == []
    clock.set(at(3, 7))
    await make.step(made, "inform", OFFICER, text="上班说的")
    await jobs.run_due()
    clock.set(at(3, 9))
    await jobs.run_due()
    assert told("晚上", "半夜", "清早", "上班")[before:] == ["晚上", "半夜", "清早", "上班"]


async def test_who_files_at_night_has_the_receipt_at_once(make, jobs, clock, told):
    clock.set(at(2, 23, 30))
    made = await make.ticket("registered")
    await make.step(made, "request_info", f"intake-{COUNTY}", question="哪一年的证？")
    await jobs.run_due()
    assert told("查询码", "哪一年") == ["查询码"]
    clock.set(at(3, 7))
    await jobs.run_due()
    assert told("查询码", "哪一年") == ["查询码", "哪一年"]


async def test_an_emergency_is_told_at_any_hour(make, jobs, clock, told):
    clock.set(at(3, 2))
    made = await make.ticket("in_progress", service_class="P0")
    await make.step(made, "inform", OFFICER, text="救护车已到")
    await jobs.run_due()
    assert told("救护车")[-1] == "救护车"


async def test_what_becomes_an_emergency_takes_along_what_waits_of_it(make, jobs, clock, told):
    other, made = await make.ticket("in_progress"), await make.ticket("in_progress")
    await jobs.run_due()
    before = len(told())
    clock.set(at(2, 22))
    await make.step(other, "inform", OFFICER, text="别的事")
    await make.step(made, "inform", OFFICER, text="先说的")
    await make.step(made, "reclass", f"dispatcher-{COUNTY}", **{"class": "P0"}, reason="有人要轻生")
    await jobs.run_due()
    assert told("先说的", "轻生", "别的事")[before:] == ["先说的", "轻生"]
    clock.set(at(3, 7))
    await jobs.run_due()
    assert told("先说的", "轻生", "别的事")[before:] == ["先说的", "轻生", "别的事"]


async def test_who_answered_at_night_is_not_asked_in_the_morning(make, jobs, clock, told, kernel):
    made = await make.ticket("registered")
    other = await make.ticket("under_review")
    await jobs.run_due()
    before = len(told())
    clock.set(at(2, 22))
    await make.step(made, "request_info", f"intake-{COUNTY}", question="哪一年的证？")
    await make.step(other, "approve", f"unit_head-{STATION}")
    await make.supplement(made)
    await make.answer(other, **YES)
    await make.step(made, "dispatch", f"dispatcher-{COUNTY}", unit=STATION)
    clock.set(at(3, 9))
    await jobs.run_due()
    assert told("哪一年", "请您评价", "已派给")[before:] == ["已派给"]
    assert [finding for finding in await check_all(kernel.db, clock.now()) if finding.count] == []


async def test_who_withdrew_at_night_hears_nothing_more_of_it(make, jobs, clock, told, kernel):
    made = await make.ticket("in_progress")
    await jobs.run_due()
    before = len(told())
    clock.set(at(2, 22))
    await make.step(made, "inform", OFFICER, text="晚上说的")
    await make.withdraw(made)
    clock.set(at(3, 9))
    await jobs.run_due()
    assert told("晚上说的")[before:] == []
    assert [finding for finding in await check_all(kernel.db, clock.now()) if finding.count] == []


async def test_a_gateway_that_fails_in_the_morning_gets_it_again_once(make, jobs, clock, told, gateway):
    made = await make.ticket("in_progress")
    await jobs.run_due()
    clock.set(at(2, 22))
    await make.step(made, "inform", OFFICER, text="晚上说的")
    gateway.refusals = 1
    clock.set(at(3, 7))
    await jobs.run_due()
    clock.advance(FIRST_WAIT + timedelta(seconds=1))
    await jobs.run_due()
    await jobs.run_due()
    assert told("晚上说的").count("晚上说的") == 1


async def test_a_demo_that_reads_its_own_files_sends_at_any_hour(settings: Settings):
    kernel = Kernel(settings)
    try:
        assert (await kernel.open()).rules.quiet.morning(at(2, 23)) is None
    finally:
        await kernel.close()
