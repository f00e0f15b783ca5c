"""Accounts and posts on the administrator's pages, as a browser without scripts uses them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jiesu.accounts.roles import Role
from tests.builders.accounts import NAME, PASSWORD
from tests.builders.forms import CITY, COUNTY, STATION
from tests.web.conftest import Site, words

ME = f"administrator-{CITY}"
PAGE = f"/admin/users/{NAME}"


@pytest.fixture
async def admin(as_staff: Any, people: Any) -> Site:
    await people.add()
    return await as_staff(ME)


def initial(page: Any) -> str:
    found = re.search(r'class="initial"><code>([a-z0-9 ]+)</code>', page.text)
    assert found is not None
    return found[1].replace(" ", "")


def rows(page: Any) -> list[str]:
    return re.findall(r'href="/admin/users/([^"?]+)"', page.text.partition('id="found"')[2])


@pytest.mark.parametrize(
    "query",
    [f"q={NAME}", "q=张伟", "q=ZHANG", "role=unit_head&unit=新城区退役军人服务中心", f"unit={COUNTY}&role=unit_head"],
)
async def test_people_are_found_by_name_role_and_unit(admin: Site, people: Any, query: str):
    await people.add("li.na", (Role.UNIT_HEAD, COUNTY))
    found = rows(await admin.get(f"/admin/users?{query}"))
    by_post, by_both = "unit" in query, query == "q=张伟"  # they are namesakes
    assert ("li.na" in found, NAME in found) == (by_post or by_both, not by_post)
    assert f"officer-{STATION}".lower() not in found


async def test_a_search_that_fits_nobody_says_so_and_a_strange_one_too(admin: Site):
    for query in ("q=%25_%00", "unit=月球", "role=king&q=nobody-at-all"):
        page = await admin.get(f"/admin/users?{query}")
        assert (page.status_code, rows(page)) == (200, [])
        assert "没有找到" in words(page)


async def test_somebody_new_gets_a_post_and_a_password_that_is_shown_once(admin: Site, people: Any):
    fields = {"name": "李娜", "username": "Li.Na", "role": "officer", "unit": STATION}
    page = await admin.post("/admin/users/new", **fields)
    assert page.status_code == 200
    assert "no-store" in page.headers["cache-control"]
    password = initial(page)
    assert password not in (await admin.get("/admin/users/li.na")).text.replace(" ", "")
    assert (await people.try_in("li.na", password)).status_code == 200


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"username": "x"}, "username", "用户名须为3至64位"),
        ({"username": NAME}, "username", "已经有人用了"),
        ({"name": " "}, "name", "请填写姓名"),
        ({"role": ""}, "role", "请选择岗位"),
        ({"unit": ""}, "unit", "没有叫"),
        ({"unit": "月球"}, "unit", "没有叫“月球”的单位"),
        ({"unit": "服务站"}, "unit", "请写全名称"),
    ],
)
async def test_a_mistake_stands_beside_its_field_and_nobody_is_added(admin: Site, people: Any, change, field, said):
    page = await admin.post(
        "/admin/users/new", **{"name": "李娜", "username": "li.na", "role": "officer", "unit": STATION} | change
    )
    assert page.status_code in (409, 422)
    assert said in words(page)
    assert f'href="#{field}"' in page.text
    assert (await admin.get("/admin/users/li.na")).status_code == 404


async def test_a_post_is_given_by_the_name_of_its_unit_and_taken_away(admin: Site):
    given = await admin.post(PAGE, do="give", role="unit_head", unit="新城区退役军人服务中心")
    assert given.headers["location"] == f"{PAGE}?done=give"
    page = await admin.get(given.headers["location"])
    assert "岗位已增加" in words(page)
    assert f'value="{COUNTY}"' in page.text
    assert (await admin.post(PAGE, do="take", role="unit_head", unit=COUNTY)).status_code == 303
    assert "已撤销" in words(await admin.get(PAGE))


async def test_roles_kept_apart_are_explained_before_and_refused_after(admin: Site):
    assert "管系统的人不能查自己" in words(await admin.get(PAGE))
    refused = await admin.post(PAGE, do="give", role="auditor", unit=CITY)
    assert refused.status_code == 409
    assert "请给另一个账号" in words(refused)
    assert '<details class="more" open>' in refused.text


async def test_a_locked_account_is_released_and_signs_in_at_once(admin: Site, people: Any):
    for _ in range(5):
        await people.try_in(password="wrong")
    assert (await people.try_in()).status_code == 429
    assert "输错5次，暂停登录" in words(await admin.get(PAGE))
    assert "暂停登录" in words(await admin.get(f"/admin/users?q={NAME}"))
    assert (await admin.post(PAGE, do="release")).status_code == 303
    assert (await people.try_in()).status_code == 200


async def test_a_password_is_reset_and_the_old_one_is_over(admin: Site, people: Any):
    password = initial(await admin.post(PAGE, do="reset_password"))
    assert (await people.try_in(password=PASSWORD)).status_code == 403
    assert (await people.try_in(password=password)).status_code == 200


@pytest.mark.parametrize("step", ["end_sessions", "deactivate", "reset_second_factor"])
async def test_what_ends_sessions_ends_them_at_once(admin: Site, people: Any, step: str):
    session = await people.enter()
    assert (await admin.post(PAGE, do=step)).status_code == 303
    me = await people.client.get("/api/v1/session", headers=session)
    assert me.status_code == 401
    if step == "deactivate":
        assert "已停用" in words(await admin.get(PAGE))
        assert (await admin.post(PAGE, do="activate")).status_code == 303
    assert (await people.try_in()).status_code == 200


async def test_one_s_own_account_offers_nothing_and_refuses_everything(admin: Site):
    page = await admin.get(f"/admin/users/{ME}")
    assert "由另一位管理员改动" in words(page)
    assert 'name="do"' not in page.text
    assert (await admin.post(f"/admin/users/{ME}", do="deactivate")).status_code == 409


@pytest.mark.parametrize("path", ["/admin", "/admin/users", "/admin/users/new", PAGE, "/admin/work"])
async def test_in_english_no_chinese_is_left_but_names(admin: Site, path: str):
    page = await admin.get(f"{path}?lang=en")
    assert page.status_code == 200
    left = re.sub(
        r"[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗](受理员|派单员|承办人|负责人|回访员|督办员|管理员|安全员|审计员)",
        "",
        words(page),
    )
    assert set(re.findall(r"[\u4e00-\u9fff]+", left)) <= {"中文", "张伟", "某人"}
