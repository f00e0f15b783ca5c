"""Appeals registered long ago, committed for real: every rung of their ladders is due at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from jiesu.demo.users import add_demo_users
from jiesu.intake.file import file_appeal
from jiesu.intake.form import AppealForm
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI, ManualClock
from jiesu.settings import Settings
from tests.faults.crowd import appeal

__all__ = ["add_users", "register_overdue"]

#: Long enough for the last rung of a class of one day: three working days after its end.
LONG_AGO = timedelta(days=30)


def register_overdue(settings: Settings, name: str, count: int) -> list[str]:
    """File so many urgent appeals (P1) a month ago; their numbers."""
    return asyncio.run(_register(settings, name, count))


def add_users(settings: Settings) -> None:
    """The demo's staff, who can sign in with its password."""
    asyncio.run(_add_users(settings))


async def _register(settings: Settings, name: str, count: int) -> list[str]:
    numbers = []
    async with _Past(settings) as kernel:
        for turn in range(count):
            form = msgspec.convert(appeal(f"{name}-overdue-{turn}"), AppealForm)
            number = await kernel.numbers.take(kernel.clock.now().astimezone(SHANGHAI).date())
            async with kernel.db.begin() as uow:
                numbers.append((await file_appeal(uow, kernel.rules, number, form)).ticket.number)
    return numbers


async def _add_users(settings: Settings) -> None:
    async with _Past(settings) as kernel, kernel.db.begin() as uow:
        await add_demo_users(uow, kernel.rules.organisation, uow.now)


class _Past:
    """A kernel whose clock stands a month ago. The keys it installs in this process are taken out again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._patch = pytest.MonkeyPatch()

    async def __aenter__(self) -> Kernel:
        self._patch.setattr("jiesu.db.base._ring", None)
        self._kernel = await Kernel(self._settings, clock=ManualClock(datetime.now(UTC) - LONG_AGO)).open()
        return self._kernel

    async def __aexit__(self, *_: object) -> None:
        await self._kernel.close()
        self._patch.undo()
