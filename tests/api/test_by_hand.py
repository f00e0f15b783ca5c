"""Superiors who take a ticket over or own the case before the ladder does it for them."""

from __future__ import annotations

from tests.builders.forms import CITY, COUNTY, STATION


async def test_the_county_takes_over_and_the_petitioners_date_stays(make, act):
    made = await make.ticket("in_progress")
    before = (await act(f"supervisor-{COUNTY}", made, "note", text="已了解")).json()
    reply = await act(f"supervisor-{COUNTY}", made, "take_over", reason="多次超时")
    assert reply.status_code == 200, reply.text
    view = reply.json()
    assert (view["lead_unit"]["code"], view["status"]) == (COUNTY, "dispatched")
    dates = [
        [row["due_at"] for row in each["deadlines"] if row["clock"] == "petitioner" and row["target"] == "resolve"]
        for each in (before, view)
    ]
    assert dates[0] == dates[1] != []
    told = [line for line in view["history"] if "提级办理" in line["what"]]
    assert told[0]["detail"] == "多次超时"


async def test_a_leader_owns_a_case_once_and_says_why(make, act):
    made = await make.ticket("in_progress")
    assert (await act(f"supervisor-{CITY}", made, "own_case", reason=" ")).status_code == 422
    view = (await act(f"supervisor-{CITY}", made, "own_case", reason="历史遗留，牵涉三个单位")).json()
    assert (view["leader_unit"]["code"], view["lead_unit"]["code"]) == (CITY, STATION)
    again = await act(f"supervisor-{COUNTY}", made, "own_case", reason="再包一次")
    assert (again.status_code, again.json()["title"]) == (409, "AlreadyOwned")


async def test_only_who_stands_above_the_unit_may(make, act):
    made, waiting = await make.ticket("in_progress"), await make.ticket("awaiting_survey")
    for action in ("take_over", "own_case"):
        for who in (f"unit_head-{STATION}", f"officer-{STATION}", f"dispatcher-{COUNTY}"):
            assert (await act(who, made, action, reason="试试")).status_code == 403, who
        assert (await act("supervisor-VS-150103", made, action, reason="试试")).status_code == 404
    refused = await act(f"supervisor-{COUNTY}", waiting, "take_over", reason="试试")
    assert (refused.status_code, refused.json()["title"]) == (409, "NothingToTakeOver")
