"""Units and places on the administrator's pages: found, looked at, and imported after their difference was seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from jiesu.audit.security import SecurityEntry
from jiesu.units.models import UnitRow
from tests.builders.forms import CITY, COUNTY, STATION
from tests.web.conftest import Site, words

CONFIG = Path(__file__).parents[2] / "config"
UNITS = (CONFIG / "units.csv").read_text(encoding="utf-8")
VILLAGES = [
    line for line in UNITS.splitlines() if line.startswith("VS-150102001") and not line.startswith(f"{STATION},")
]


@pytest.fixture
async def admin(as_staff: Any) -> Site:
    return await as_staff(f"administrator-{CITY}")


async def upload(site: Site, units: str | bytes | None = None, places: str | None = None) -> httpx.Response:
    await site.get("/admin/units/import")
    given = {"units": units, "places": places}
    files = {name: (f"{name}.csv", content) for name, content in given.items() if content is not None}
    token = {"_csrf_token": site.client.cookies["csrftoken"]}
    return await site.client.post("/admin/units/import", data=token, files=files or {"units": ("", b"")})


def tables(page: httpx.Response) -> str:
    found = re.search(r'name="tables" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def changed() -> str:
    """One unit renamed, one taken out, one new."""
    gone = VILLAGES[-1]
    moved = gone.replace(gone.split(",")[0], "VS-NEW", 1).replace(gone.split(",")[1], "试验服务站", 1)
    return UNITS.replace(gone, moved).replace("新城区退役军人服务中心", "新城区退役军人服务总站", 1)


async def test_the_tree_shows_everybody_below_the_city_and_a_search_finds_by_name_and_code(admin: Site):
    page = await admin.get("/admin/units")
    assert page.text.count('href="/admin/units/VS-') == UNITS.count("\nVS-")
    found = await admin.get("/admin/units?q=海拉尔东路")
    assert "新城区海拉尔东路街道退役军人服务站" in words(found)
    assert STATION in words(await admin.get(f"/admin/units?q={STATION.lower()}"))
    assert "没有找到" in words(await admin.get("/admin/units?q=月球"))


async def test_a_unit_shows_what_it_answers_for_and_who_holds_its_posts(admin: Site):
    page = words(await admin.get(f"/admin/units/{COUNTY}"))
    for word in ("服务中心", "旗县区级", "新城区", "周一至周五 08:30–12:00 14:30–17:30", "派单员", "单位负责人"):
        assert word in page
    assert (await admin.get("/admin/units/NOWHERE")).status_code == 422


async def test_a_vacant_duty_post_is_marked_and_told_on_the_first_page(admin: Site):
    for role in ("officer", "unit_head"):
        name = f"{role}-{STATION.lower()}"
        await admin.post(f"/admin/users/{name}", do="take", role=role, unit=STATION)
    assert "值班岗空缺" in words(await admin.get(f"/admin/units/{STATION}"))
    assert "1 个单位的值班岗没有人" in words(await admin.get("/admin"))
    assert STATION in words(await admin.get("/admin/units?show=vacant"))


async def test_the_same_file_changes_nothing(admin: Site):
    assert "和现在的完全一样" in words(await upload(admin, UNITS))


async def test_the_difference_is_seen_with_what_it_touches_and_applied_only_when_confirmed(
    admin: Site, make: Any, kernel: Any
):
    made = await make.ticket("in_progress", unit=VILLAGES[-1].split(",")[0])
    page = await upload(admin, changed())
    text = words(page)
    assert "单位：新增1，修改1，撤出1。" in text
    assert "名称 新城区退役军人服务中心 → 新城区退役军人服务总站" in text
    assert "1张在办工单 · 2个在岗岗位" in text
    assert made.number not in text
    refused = await admin.post("/admin/units/import/apply", tables=tables(page))
    assert refused.status_code == 422
    assert "请先打勾确认" in words(refused)
    async with kernel.db.begin() as uow:
        assert await uow.session.get(UnitRow, "VS-NEW") is None
    done = await admin.post("/admin/units/import/apply", tables=tables(refused), sure="on")
    assert done.headers["location"] == "/admin/units?done=import"
    assert "已应用" in words(await admin.get(done.headers["location"]))
    assert "新城区退役军人服务总站" in words(await admin.get("/admin/units?q=VS-150102"))
    async with kernel.db.begin() as uow:
        entry = (
            await uow.session.scalars(select(SecurityEntry).where(SecurityEntry.kind == "OrganisationChanged"))
        ).one()
        assert (entry.data["added"], entry.data["changed"], entry.data["removed"]) == (1, 1, 1)
        assert entry.data["by"] == f"administrator-{CITY}".lower()


async def test_what_was_looked_at_is_not_applied_over_a_change_made_since(admin: Site):
    seen = tables(await upload(admin, changed()))
    assert (await admin.post("/admin/units/import/apply", tables=seen, sure="on")).status_code == 303
    late = await admin.post("/admin/units/import/apply", tables=seen, sure="on")
    assert late.status_code == 409
    assert "再核对一遍" in words(late)
    assert (await admin.post("/admin/units/import/apply", tables="x", sure="on")).status_code == 409


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ("code,name\nA,B\n", "the column"),
        (UNITS.replace(",1501,,frontline", ",9999,,frontline"), "places.csv has no such code"),
        (b"\xff\xfe\x00", "UTF-8"),
        (UNITS.replace(f"{COUNTY},", f"{STATION},", 1), "every code is unique"),
    ],
)
async def test_every_mistake_is_told_with_its_row_and_nothing_is_changed(admin: Site, units: str | bytes, said: str):
    page = await upload(admin, units)
    assert page.status_code == 422
    assert "什么也没有改" in words(page)
    assert said in words(page)
    assert 'name="tables"' not in page.text


async def test_no_file_is_said_beside_the_field(admin: Site):
    page = await upload(admin)
    assert page.status_code == 422
    assert 'id="units-wrong"' in page.text


async def test_places_alone_can_be_changed(admin: Site):
    places = (CONFIG / "places.csv").read_text(encoding="utf-8").replace("150102,新城区", "150102,新城新区", 1)
    page = await upload(admin, places=places)
    assert "地点：新增0，修改1。" in words(page)
    await admin.post("/admin/units/import/apply", tables=tables(page))
    await admin.get("/admin/units?done=import")
    assert "新城新区" in words(await admin.get(f"/admin/units/{COUNTY}"))


@pytest.mark.parametrize(
    "path", ["/admin/units?q=VS-1501&show=vacant", f"/admin/units/{COUNTY}", "/admin/units/import"]
)
async def test_in_english_no_chinese_is_left_but_names(admin: Site, path: str):
    page = words(await admin.get(f"{path}{'&' if '?' in path else '?'}lang=en"))
    left = re.sub(
        r"[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗](受理员|派单员|承办人|负责人|回访员|督办员)|新城区", "", page
    )
    assert set(re.findall(r"[\u4e00-\u9fff]+", left.partition("Sign out")[2])) <= {"中文"}
