"""Policies and messages on the administrator's pages: as tables, with their editions and what the files would change."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

import workers.actor
import workers.main
from jiesu.notifications.wording import WORDS
from jiesu.sla.classes import clocks_from
from jiesu.sla.rungs import Action, Recipient
from jiesu.web.pages.admin.policy_diff import differences
from jiesu.web.pages.admin.words import ACTIONS, JOBS, RECIPIENTS, SENT_WHEN
from tests.builders.forms import CITY
from tests.web.conftest import Site, words

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
async def admin(as_staff: Any) -> Site:
    return await as_staff(f"administrator-{CITY}")


@pytest.fixture
def folder(kernel: Any, tmp_path: Path, monkeypatch: Any) -> Path:
    """A copy of `config/` that the running system takes for its own."""
    shutil.copytree(CONFIG, tmp_path / "config")
    monkeypatch.setattr(kernel, "settings", msgspec.structs.replace(kernel.settings, config_dir=tmp_path / "config"))
    return tmp_path / "config"


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


async def test_limits_ladder_and_rates_are_said_in_words(admin: Site):
    page = words(await admin.get("/admin/policies"))
    assert "P2 一般 4 工作小时 24 小时 5 个工作日" in page
    assert "L4 领导包案 超时3个工作日 市级值班岗" in page
    assert "重办第3次：直接到L4" in page
    assert "响应率 10%，解决率 45%，满意率 45%" in page
    assert "打过3次算已联系，两次至少隔10分钟" in page
    assert "夜间短信 21:00到07:00不发" in page


async def test_the_edition_in_force_tells_how_many_open_tickets_follow_it(admin: Site, make: Any, policies: Any):
    before = words(await admin.get("/admin/policies"))
    made = [await make.ticket("in_progress") for _ in range(3)]
    page = await admin.get("/admin/policies")
    counted = [
        int(re.search(rf"{policies.clocks.version} 现行 \S+?（周.）\d\d:\d\d (\d+)", text)[1])
        for text in (before, words(page))
    ]
    assert counted[1] - counted[0] == 3
    assert not [one for one in made if one.number in page.text]


async def test_files_that_say_something_else_are_named_until_the_next_start(admin: Site, folder: Path):
    assert "还没有生效" not in words(await admin.get("/admin/policies"))
    change(folder, "rates.toml", "minimum = 5", "minimum = 8")
    change(folder, "messages/petitioner.toml", "不用登录", "不必登录")
    page = words(await admin.get("/admin/policies"))
    assert "还没有生效（程序重启后生效）：rates.toml messages/petitioner.toml" in page


async def test_a_file_that_is_wrong_is_told_before_somebody_restarts(admin: Site, folder: Path):
    change(folder, "clocks.toml", '"5 working days"', '"5 moons"')
    for path in ("/admin/policies", "/admin/policies/diff"):
        page = await admin.get(path)
        assert page.status_code == 200
        assert "改正以前不要重启" in words(page)
        assert "5 moons" in words(page)


async def test_what_the_file_changes_is_shown_place_by_place_with_its_effect(
    admin: Site, folder: Path, make: Any, policies: Any
):
    change(folder, "clocks.toml", '"5 working days"', '"3 working days"')
    change(folder, "clocks.toml", 'after = "3 working days after"', 'after = "2 working days after"')
    await make.ticket("in_progress", service_class="P2")
    page = words(await admin.get("/admin/policies/diff"))
    assert "P2 · 办结 5 个工作日 3 个工作日" in page
    assert "超时3个工作日" in page
    assert "超时2个工作日" in page
    assert "请在文件里换一个版本号" in page
    change(folder, "clocks.toml", f'version = "{policies.clocks.version}"', 'version = "another"')
    page = words(await admin.get("/admin/policies/diff?effects=1"))
    assert "换一个版本号" not in page
    assert re.search(r"P2 · 办结 诉求人时限 [1-9]\d* 0 0 0 0", page)


def test_a_policy_differs_from_itself_in_nothing_and_every_change_of_the_file_is_seen(policies: Any):
    clocks = policies.clocks
    assert differences(clocks, clocks, "zh") == []
    document = msgspec.to_builtins(clocks.document)
    document["survey"]["link_days"] = 9
    document["classes"]["P0"]["limits"]["resolve"] = "3 hours"
    document["ladder"]["rung"].pop(0)
    document["ladder"]["counts"]["rework"]["at"] = 4
    other = clocks_from(document, Path("x"))
    assert [line.what for line in differences(clocks, other, "en")] == [
        "P0 · resolve", "P0 · extension", "L1-50%", "counted: rework", "survey.link_days",
    ]  # fmt: skip


async def test_every_category_names_who_is_responsible(admin: Site):
    page = words(await admin.get("/admin/policies/categories"))
    assert "0402" in page
    assert "密件" in page
    assert page.count("P2") > 20


def test_whatever_the_ladder_may_say_has_words():
    assert (set(RECIPIENTS), set(ACTIONS)) == (set(get_args(Recipient)), set(get_args(Action)))


async def test_every_message_has_a_preview_with_its_length_and_when_it_is_sent(admin: Site):
    assert set(SENT_WHEN) == set(WORDS)
    page = await admin.get("/admin/messages")
    text = words(page)
    assert text.count("条短信") >= 2 * len(WORDS)
    assert "新城区退役军人服务中心" in text
    assert "Xincheng Veterans' Service Centre" in text
    assert not re.search(r"\{\w+\}", text)
    assert "内容写满时" in text


def test_every_kind_of_work_that_can_fail_has_a_name():
    assert set(workers.actor.HANDLERS) - {"test"} <= set(JOBS)


@pytest.mark.parametrize("path", ["/admin/policies", "/admin/policies/categories", "/admin/policies/diff?effects=1"])
async def test_in_english_no_chinese_is_left(admin: Site, path: str):
    page = words(await admin.get(f"{path}{'&' if '?' in path else '?'}lang=en"))
    assert set(re.findall(r"[\u4e00-\u9fff]+", page.partition("Sign out")[2])) <= {"中文"}
