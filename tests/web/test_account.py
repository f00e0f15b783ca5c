"""One's own account as a browser without scripts sees it: the post, the password, the second factor, the devices."""

from __future__ import annotations

import re

import pytest

from jiesu.accounts.roles import Role
from jiesu.demo.users import PASSWORD as DEMO_PASSWORD
from jiesu.web.pages.browsers import browser_words
from jiesu.web.pages.languages import speaker
from tests.builders.accounts import NAME, PASSWORD, code_at
from tests.builders.forms import COUNTY, STATION
from tests.web.conftest import Site, value, words

NEW = "he-li-de-yu-bu-shui-jiao"
TWO = ((Role.OFFICER, STATION), (Role.UNIT_HEAD, COUNTY))


@pytest.fixture
def strict_site(strict_people) -> Site:
    return Site(strict_people.client)


async def enter(site: Site, password: str = PASSWORD, **fields: str):
    return await site.post("/login", username=NAME, password=password, **fields)


async def test_who_holds_one_post_goes_straight_to_work(site: Site, people):
    await people.add()
    assert (await enter(site, next="/board")).headers["location"] == "/board"


async def test_who_holds_several_chooses_one_and_switches_in_the_header(site: Site, people):
    await people.add(NAME, *TWO)
    chosen = await enter(site, next="/board")
    assert chosen.headers["location"] == "/account/post?next=%2Fboard"
    page = await site.get(chosen.headers["location"])
    assert value(page, "next") == "/board"
    assert f'value="unit_head@{COUNTY}"' in page.text
    went = await site.post("/account/post", post=f"unit_head@{COUNTY}", next="/board")
    assert (went.status_code, went.headers["location"]) == (303, "/board")
    desk = await site.get("/desk")
    assert f'value="unit_head@{COUNTY}" selected' in desk.text
    await site.post("/account/post", post=f"officer@{STATION}")
    assert f'value="officer@{STATION}" selected' in (await site.get("/desk")).text


@pytest.mark.parametrize("post", ["", "officer", f"king@{STATION}", f"officer@{COUNTY}", "officer@\0"])
async def test_a_post_that_is_not_held_is_refused_in_words(site: Site, people, post: str):
    await people.add()
    await enter(site)
    refused = await site.post("/account/post", post=post)
    assert refused.status_code == 404
    assert "您没有这个岗位" in words(refused)


async def test_a_demo_account_signs_in_with_a_click_and_has_no_second_factor(site: Site):
    await site.post("/login", username="officer-vs-150102001", password=DEMO_PASSWORD)
    assert "演示账号不设动态码" in words(await site.get("/account"))
    assert (await site.get("/account/second-factor")).status_code == 409


async def test_an_initial_password_leads_to_its_change_and_then_to_the_second_factor(strict_site: Site, strict_people):
    initial = await strict_people.add(password=None)
    await enter(strict_site, initial)
    for path in ("/desk", "/desk/new", "/board"):
        assert (await strict_site.get(path)).headers["location"] == "/account/password"
    page = await strict_site.get("/account/password")
    assert "您用的是初始密码" in words(page)
    assert "看板" not in words(page)
    assert "退出" in words(page)
    changed = await strict_site.post("/account/password", current=initial, new=NEW, again=NEW)
    assert changed.status_code == 303
    assert (await strict_site.get("/desk")).headers["location"] == "/account/second-factor"
    page = await strict_site.get("/account/second-factor")
    assert 'src="data:image/svg+xml' in page.text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", "")
    wrong = await strict_site.post("/account/second-factor", otp="000000")
    assert wrong.status_code == 422
    assert "动态码不正确或已经过期" in words(wrong)
    assert secret in wrong.text.replace(" ", "")
    done = await strict_site.post("/account/second-factor", otp=code_at(secret, strict_people.kernel))
    codes = re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", done.text)
    assert len(set(codes)) == 10
    assert "no-store" in done.headers["cache-control"]
    assert (await strict_site.get("/desk")).status_code == 200
    await strict_site.post("/logout")
    assert (await enter(strict_site, NEW)).status_code == 403
    assert (await enter(strict_site, NEW, otp=codes[3])).status_code == 303


@pytest.mark.parametrize(
    ("fields", "said", "field"),
    [
        ({"current": PASSWORD, "new": NEW, "again": "another"}, "两次输入的新密码不一样", "again"),
        ({"current": "wrong", "new": NEW, "again": NEW}, "现在的密码不正确", "current"),
        ({"current": PASSWORD, "new": "password12", "again": "password12"}, "太常见", "new"),
        ({"current": PASSWORD, "new": "short", "again": "short"}, "密码至少10位", "new"),
        ({}, "现在的密码不正确", "current"),
    ],
)
async def test_a_mistake_is_shown_beside_its_field_and_no_password_comes_back(site: Site, people, fields, said, field):
    await people.add()
    await enter(site)
    page = await site.post("/account/password", **fields)
    assert page.status_code == 422
    assert said in words(page)
    assert f'href="#{field}"' in page.text
    assert not [word for word in (PASSWORD, NEW) if word in page.text]


async def test_a_locked_account_is_told_how_long_to_wait(site: Site, people):
    await people.add()
    for _ in range(5):
        await enter(site, "wrong")
    page = await enter(site)
    assert (page.status_code, page.headers["retry-after"]) == (429, "30")
    assert "请30秒后再试" in words(page)
    assert PASSWORD not in page.text


async def test_devices_are_listed_and_signed_out(site: Site, people):
    await people.add()
    other = await people.enter()
    site.client.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14) Chrome/130 MicroMessenger/8.0"
    await enter(site)
    page = await site.get("/account")
    assert "微信 · 安卓手机" in words(page)
    [session] = re.findall(r"/account/sessions/(\w+)/end", page.text)
    assert (await site.post(f"/account/sessions/{session}/end")).headers["location"] == "/account?done=session"
    assert (await site.get("/api/v1/session")).status_code == 200
    site.client.cookies.delete("jiesu_session")
    assert (await people.client.get("/api/v1/session", headers=other)).status_code == 401


async def test_all_other_devices_are_signed_out_at_once(site: Site, people):
    await people.add()
    for _ in range(2):
        await people.enter()
    await enter(site)
    assert (await site.post("/account/sessions/end")).status_code == 303
    assert "退出其他所有设备" not in words(await site.get("/account"))


@pytest.mark.parametrize("path", ["/account", "/account/password", "/account/second-factor", "/account/post"])
async def test_in_english_no_chinese_is_left_but_names(site: Site, people, path: str):
    await people.add(NAME, *TWO)
    await enter(site)
    page = await site.get(f"{path}?lang=en")
    assert set(re.findall(r"[\u4e00-\u9fff]+", words(page))) <= {"中文", "张伟"}


@pytest.mark.parametrize("path", ["/account", "/account/password", "/account/second-factor", "/account/post"])
async def test_without_a_session_one_signs_in_first(site: Site, path: str):
    assert (await site.get(path)).headers["location"].startswith("/login?next=")


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537 Edg/130", "Edge · Windows电脑"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) Safari/604", "Safari · 苹果手机"),
        ("python-httpx/0.28", "python-httpx/0.28"),
        ("", "不明设备"),
        ("<script>" * 20, "<script><script><script><script><script>"),
    ],
)
def test_a_browser_is_named_in_words_its_owner_knows(agent: str, said: str):
    assert browser_words(agent, speaker("zh")) == said
