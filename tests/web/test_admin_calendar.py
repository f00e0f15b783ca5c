"""The calendar on the administrator's pages: looked at, entered, its effect seen before it is published."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from jiesu.kit.clock import SHANGHAI
from jiesu.sla.models import CalendarEdit
from tests.builders.forms import CITY, COUNTY
from tests.web.conftest import Site, words

HOLIDAYS = (
    ("元旦", "2027-01-01", "2027-01-03"), ("春节", "2027-02-05", "2027-02-12"), ("清明节", "2027-04-03", "2027-04-05"),
    ("劳动节", "2027-05-01", "2027-05-05"), ("端午节", "2027-06-09", "2027-06-09"), ("中秋节", "2027-09-15", "2027-09-15"),
    ("国庆节", "2027-10-01", "2027-10-07"),
)  # fmt: skip
NOTICE = "1月9日（星期六）、2月14日（星期日）上班"
EDIT = "/admin/calendar/2027/edit"


def filled(*holidays: tuple[str, str, str], work: str = NOTICE, published: bool = True, **more: str) -> dict[str, str]:
    """The form as somebody filled it in."""
    rows = {
        f"{part}-{number}": text
        for number, row in enumerate(holidays)
        for part, text in zip(("name", "from", "to"), row, strict=True)
    }
    return rows | {"work": work} | ({"published": "on"} if published else {}) | more


def sent_on(page: Any) -> dict[str, str]:
    """What the page before the publication sends on."""
    found = re.findall(r'<input type="hidden" name="((?:name|from|to)-\d+|work|published)" value="([^"]*)"', page.text)
    return dict(found)


@pytest.fixture
async def admin(as_staff: Any) -> Site:
    return await as_staff(f"administrator-{CITY}")


@pytest.fixture
async def edits(kernel: Any) -> Any:
    async def count() -> int:
        async with kernel.db.begin() as uow:
            return int(await uow.session.scalar(select(func.count()).select_from(CalendarEdit)) or 0)

    return count


async def test_a_year_shows_days_off_and_made_up_by_mark_and_by_name(admin: Site):
    assert (await admin.get("/admin/calendar")).headers["location"] == "/admin/calendar/2026"
    page = await admin.get("/admin/calendar/2026")
    assert page.text.count('<table class="month">') == 12
    assert '<td class="off">1<b>休</b><span class="hidden">元旦</span></td>' in page.text
    assert '<td class="makeup">4<b>班</b><span class="hidden">调休上班</span></td>' in page.text
    assert "暂定" not in words(page)
    assert "国庆节 2026-10-01 – 2026-10-07 7天" in words(page)


async def test_a_year_that_is_not_published_says_that_it_is_provisional_and_home_tells_of_it(admin: Site):
    page = words(await admin.get("/admin/calendar/2027"))
    assert "暂定" in page
    assert "录入放假安排" in page
    assert "2027 年放假安排还没有录入" in words(await admin.get("/admin"))


async def test_what_would_move_is_seen_before_anything_is_published(admin: Site, make: Any, clock: Any, edits: Any):
    clock.set(datetime(2027, 1, 4, 10, tzinfo=SHANGHAI))
    made = await make.ticket("in_progress")
    page = await admin.post(EDIT, do="preview", **filled(*HOLIDAYS))
    assert page.status_code == 200
    text = words(page)
    assert "2027-01-09 周末 · 不上班 调休上班 · 上班" in text
    assert re.search(r"[1-9]个正在计时的期限会变动 ：0个推后，[1-9]个提前", text)
    assert "2027年1月11日（周一）17:30 2027年1月9日（周六）17:30" in text
    assert made.number not in text
    assert await edits() == 0


async def test_a_look_at_what_moves_nothing_says_so(admin: Site, make: Any):
    await make.ticket("in_progress")
    assert "没有正在计时的期限会变动" in words(await admin.post(EDIT, do="preview", **filled(*HOLIDAYS)))


async def test_what_was_seen_is_published_and_the_year_is_final(admin: Site, edits: Any):
    seen = await admin.post(EDIT, do="preview", **filled(*HOLIDAYS))
    done = await admin.post(EDIT, do="publish", **sent_on(seen))
    assert done.headers["location"] == "/admin/calendar/2027?done=publish"
    assert await edits() == 1
    page = await admin.get(done.headers["location"])
    assert "已公布" in words(page)
    assert "暂定" not in words(page).replace("已公布", "")
    assert '<td class="makeup">9<b>班</b>' in page.text
    again = await admin.get(EDIT)
    assert 'value="2027-02-12"' in again.text
    assert "2027-01-09 2027-02-14" in again.text


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        (filled(("元旦", "2027-01-01", "")), "from-0", "第1行的节日没有填全"),
        (filled(("", "2027-01-01", "2027-01-03")), "name-0", "第1行的节日没有填全"),
        (filled(("元旦", "2027-01-03", "2027-01-01")), "to-0", "最后一天早于第一天"),
        (filled(("元旦", "2026-11-30", "2027-01-01")), "from-0", "不在2027年"),
        (filled(*HOLIDAYS, ("又一个", "2027-10-07", "2027-10-08")), "from-7", "2027-10-07写了两次"),
        (filled(*HOLIDAYS[:-1]), "name-0", "国庆节，依法放假"),
        (filled(*HOLIDAYS, work="2月30日"), "work", "“2月30日”不是日期"),
        (filled(*HOLIDAYS, work="周六"), "work", "“周六”不是日期"),
        (filled(*HOLIDAYS, work="2027-01-13"), "work", "2027-01-13本来就上班"),
        (filled(work=""), "name-0", "总要有放假的日子"),
    ],
)
async def test_a_mistake_stands_beside_its_field_and_keeps_what_was_typed(admin: Site, edits: Any, form, field, said):
    page = await admin.post(EDIT, do="publish", **form)
    assert page.status_code == 422
    assert said in words(page)
    assert f'id="{field}-wrong"' in page.text
    assert await edits() == 0


async def test_a_unit_gets_hours_of_its_own_after_a_look_and_gives_them_back(admin: Site, edits: Any):
    to = await admin.get("/admin/calendar/hours?unit=新城区退役军人服务中心")
    place = to.headers["location"]
    assert place == f"/admin/calendar/hours/{COUNTY}"
    row = {"shifts-0": "9:00-12:00 13:30至17:00", "from-0": "2026-11-01"} | {
        f"day-0-{day}": "on" for day in range(1, 7)
    }
    seen = await admin.post(place, do="preview", **row)
    assert "周一至周六 09:00–12:00 13:30–17:00" in words(seen)
    assert await edits() == 0
    assert (await admin.post(place, do="publish", **row)).headers["location"] == f"{place}?done=publish"
    assert "周一至周六 09:00–12:00 13:30–17:00" in words(await admin.get(f"{place}?done=publish"))
    assert "新城区退役军人服务中心" in words(await admin.get("/admin/calendar/hours"))
    await admin.post(place, do="publish")
    assert "所有单位的办公时间都一样" in words(await admin.get("/admin/calendar/hours?done=publish"))


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"shifts-0": "9-12", "from-0": "2026-11-01", "day-0-1": "on"}, "shifts-0"),
        ({"shifts-0": "13:00-17:00 09:00-12:00", "from-0": "2026-11-01", "day-0-1": "on"}, "shifts-0"),
        ({"shifts-0": "09:00-12:00", "from-0": "", "day-0-1": "on"}, "from-0"),
        ({"shifts-0": "09:00-12:00", "from-0": "2026-11-01"}, "day-0-1"),
    ],
)
async def test_hours_that_are_not_right_are_said_to_be_beside_the_field(admin: Site, edits: Any, row, field):
    page = await admin.post(f"/admin/calendar/hours/{COUNTY}", do="publish", **row)
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text
    assert await edits() == 0


@pytest.mark.parametrize(
    "path", ["/admin/calendar/2026", EDIT, "/admin/calendar/hours", f"/admin/calendar/hours/{COUNTY}"]
)
async def test_in_english_no_chinese_is_left_but_names(admin: Site, path: str):
    page = words(await admin.get(f"{path}?lang=en"))
    assert set(re.findall(r"[\u4e00-\u9fff]+", page.partition("Sign out")[2])) <= {"中文"}
