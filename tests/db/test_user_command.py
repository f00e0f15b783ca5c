"""`jiesu user`: the first administrator comes from here, and a lost telephone is helped from here."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from jiesu.accounts.models import Account, StaffRow
from jiesu.audit.security import SecurityEntry
from tests.builders.command import command
from tests.builders.forms import CITY


@pytest.fixture
def jiesu(committed_kernel) -> Any:
    """Run a command as a process of its own; returns exit code, output and errors."""
    return partial(command, committed_kernel.settings)


async def test_an_administrator_is_added_helped_and_ended(jiesu, committed_kernel):
    post = ("--role", "administrator", "--unit", CITY)
    code, out, err = jiesu("user", "add", "first.admin", "--name", "管理员", *post, "--json")
    assert code == 0, err
    assert len(json.loads(out)["initial_password"]) == 16
    assert jiesu("user", "add", "first.admin", "--name", "x", *post)[::2] == (
        2,
        "✗ The user name first.admin is taken. Choose another.\n",
    )
    for words in (("reset-password",), ("reset-second-factor",), ("deactivate",), ("activate",), ("deactivate",)):
        code, _, err = jiesu("user", *words, "first.admin")
        assert code == 0, err
    async with committed_kernel.db.begin() as uow:
        account = (await uow.session.scalars(select(Account).where(Account.username == "first.admin"))).one()
        [held] = await uow.session.scalars(select(StaffRow).where(StaffRow.account_id == account.id))
        entries = (await uow.session.scalars(select(SecurityEntry).order_by(SecurityEntry.seq))).all()
    assert (account.active, account.must_change_password, held.role, held.unit) == (False, True, "administrator", CITY)
    assert {entry.data["by"] for entry in entries} == {"command line"}
    assert [entry.kind for entry in entries] == [
        *("AccountAdded", "PostGiven", "PasswordReset", "SecondFactorReset"),
        *("AccountDeactivated", "AccountActivated", "AccountDeactivated"),
    ]
    assert jiesu("audit", "verify")[0] == 0


async def test_a_mistake_is_one_sentence(jiesu):
    code, _, err = jiesu("user", "deactivate", "nobody")
    assert (code, err) == (2, "✗ There is no such account. Check the user name.\n")
    code, _, err = jiesu("user", "add", "somebody", "--name", "x", "--role", "king", "--unit", CITY)
    assert code == 2
    assert "king" in err
