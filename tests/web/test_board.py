"""The board's pages: every number leads to exactly as many tickets, and a choice stays in all addresses."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE
from tests.web.conftest import words

#: A number that leads to a list.
COUNTED = re.compile(r'<a href="(/board/list[^"]*)">(?:(?!</a>).)*?(?:<b>)?(\d+)(?:</b>)?(?:(?!</a>).)*?</a>')


@pytest.fixture
async def week(make, clock, jobs):
    """Thirteen tickets of several units, places and states, of several days; some late, two ended, eleven open."""

    async def dispatched(category, unit=STATION, service_class="P2", **form):
        made = await make.filed(**form)
        await make.dispatch(made, unit, category=category, service_class=service_class)

    for state in ("in_progress", "under_review", "closed", "registered"):
        await make.ticket(state)
    await dispatched("0407")
    clock.advance(timedelta(days=4))
    await jobs.run_due()
    await dispatched("0901", VILLAGE, "P3")
    await make.ticket("withdrawn", place=None)
    await dispatched("0407", "VS-150103", place="150103001001")
    clock.advance(timedelta(days=9))
    await jobs.run_due()
    for _ in range(5):
        await dispatched("0407", service_class="P1")
    clock.advance(timedelta(hours=2))
    await jobs.run_due()


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (f"supervisor-{CITY}", "/board"),
        (f"supervisor-{CITY}", f"/board?unit={COUNTY}&of=month"),
        (f"supervisor-{CITY}", f"/board?unit={STATION}&days=90"),
        (f"supervisor-{COUNTY}", "/board?of=month"),
        (f"unit_head-{STATION}", "/board"),
        (f"officer-{VILLAGE}", "/board"),
    ],
)
async def test_every_number_leads_to_exactly_as_many_tickets(as_staff, week, who, path):
    site = await as_staff(who)
    page = await site.get(path)
    assert page.status_code == 200
    found = {unescape(link): int(number) for link, number in COUNTED.findall(page.text)}
    assert len(found) > 5, words(page)
    wrong = {}
    for link, number in found.items():
        listed = await site.get(link)
        rows = listed.text.count('<td class="what">')
        if not (rows == number and f"共 {number} 件" in words(listed)):
            wrong[link] = (number, rows)
    assert wrong == {}


async def test_the_units_ladder_and_map_add_up(as_staff, week):
    site = await as_staff(f"supervisor-{CITY}")
    view = (await site.get("/api/v1/board/overview")).json()
    total, *below = view["units"]
    assert sum(item["tickets"] for item in view["lateness"]) == total["overdue"] == view["queues"]["overdue"] > 0
    assert total["open"] == sum(unit["open"] for unit in below) == 11
    map_ = (await site.get("/api/v1/board/hotspots")).json()["heat"]
    assert sum(cell["tickets"] for cell in map_["cells"]) == total["open"]
    assert {cell["place"] for cell in map_["cells"]} == {"150102", "150103"}
    days = (await site.get("/api/v1/board/trend")).json()["days"]
    assert len(days) == 30
    assert (sum(day["arrived"] for day in days), sum(day["ended"] for day in days), days[-1]["backlog"]) == (13, 2, 11)
    assert days[0]["backlog"] == 0


async def test_a_surge_is_marked_where_more_came_than_chance_would_bring(as_staff, week):
    site = await as_staff(f"supervisor-{CITY}")
    found = (await site.get("/api/v1/board/hotspots")).json()["surges"]
    assert {(item["category"]["code"], item["days"], item["came"]) for item in found} == {("04", 1, 5), ("04", 7, 5)}
    assert "突增" in words(await site.get("/board"))


async def test_what_is_no_figure_is_refused_in_words(as_staff, week):
    site = await as_staff(f"supervisor-{COUNTY}")
    for path in ("/board/list?category=4", "/board/list?unit=VS-150103", "/board?days=31", "/board/list?place=x"):
        assert (await site.get(path)).status_code in (404, 422), path
    for path in ("/board/list?what=ended&since=0001-01-01&until=9999-12-31", "/board/list?place=none&category=none"):
        assert (await site.get(path)).status_code == 200, path
