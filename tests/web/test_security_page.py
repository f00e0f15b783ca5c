"""The security officer's page: who waits, what was tried from where; no way to change anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jiesu.accounts.events import SignInFailed
from jiesu.accounts.roles import Role
from jiesu.kernel import Kernel
from tests.builders.accounts import NAME
from tests.builders.forms import CITY
from tests.web.conftest import words


async def test_who_waits_after_wrong_passwords_is_named_until_the_wait_is_over(as_staff: Any, people: Any, clock: Any):
    await people.add()
    for _ in range(5):
        await people.try_in(password="wrong")
    site = await as_staff(f"security-{CITY}")
    page = words(await site.get("/security"))
    assert f"张伟 {NAME} 5次" in page
    assert "登录失败" in page
    assert "登录被暂停" in page
    clock.advance(timedelta(minutes=1))
    assert f"张伟 {NAME} 5次" not in words(await site.get("/security"))


async def test_a_name_that_nobody_has_is_not_repeated(as_staff: Any, people: Any):
    await people.try_in("my-password-by-mistake", "x")
    page = words(await (await as_staff(f"security-{CITY}")).get("/security"))
    assert "没有这个账号" in page
    assert "my-password-by-mistake" not in page


async def test_the_list_goes_on_where_it_stopped(as_staff: Any, kernel: Kernel):
    async with kernel.db.begin() as uow:
        for _ in range(60):
            await uow.record(SignInFailed(account=None, address="192.0.2.7", failures=1))
    site = await as_staff(f"security-{CITY}")
    page = await site.get("/security")
    assert page.text.count("没有这个账号") == 50
    cursor = page.text.partition("/security?cursor=")[2].partition('"')[0]
    assert (await site.get(f"/security?cursor={cursor}")).text.count("没有这个账号") >= 10
    assert (await site.get("/security?cursor=x")).status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECURITY])
async def test_nobody_else_sees_it(as_staff: Any, role: Role):
    assert (await (await as_staff(f"{role}-{CITY}")).get("/security")).status_code == 403
