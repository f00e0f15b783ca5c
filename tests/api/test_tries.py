"""Calls in vain within minutes are one try (先行联系), and the officer is told from when the next counts."""

from __future__ import annotations

from datetime import timedelta

from tests.builders.forms import STATION

OFFICER = f"officer-{STATION}"
VAIN = {"outcome": "no_answer", "note": "无人接听"}


async def test_three_calls_within_minutes_are_one_try(act, make, clock):
    made = await make.ticket("in_progress")
    for _ in range(3):
        reply = await act(OFFICER, made, "contact", **VAIN)
        clock.advance(timedelta(minutes=2))
    assert [each["counts"] for each in reply.json()["contacts"]] == [True, False, False]
    assert reply.json()["tries"] == {
        "counted": 1,
        "needed": 3,
        "counts_from": "2026-11-02T09:10:00+08:00",
        "text": "最近这次离上一次不到 10 分钟，不算一次。没有接通的算 1 次，满 3 次算已先行联系。再过 6 分钟再打才算一次。",
    }
    refused = await act(OFFICER, made, "submit", result="已核实")
    assert (refused.status_code, refused.json()["title"]) == (409, "FirstContactMissing")
    assert (await make.load(made)).first_contact_at is None


async def test_three_calls_ten_minutes_apart_fit_into_the_half_hour_of_an_emergency(act, make, clock):
    made = await make.ticket("in_progress", service_class="P0")
    for minutes in (10, 10, 0):
        reply = await act(OFFICER, made, "contact", **VAIN)
        clock.advance(timedelta(minutes=minutes))
    contact = next(row for row in reply.json()["deadlines"] if row["target"] == "first_contact")
    assert contact["state"] == "met"
    assert (reply.json()["tries"], (await make.load(made)).first_contact_at) == (None, clock.now())


async def test_who_is_reached_between_was_contacted_at_once(act, make, clock):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "contact", **VAIN)
    clock.advance(timedelta(minutes=1))
    reply = await act(OFFICER, made, "contact", outcome="reached", note="已通话")
    assert [each["counts"] for each in reply.json()["contacts"]] == [True, True]
    assert (await make.load(made)).first_contact_at == clock.now()
