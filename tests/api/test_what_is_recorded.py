"""What must be in the trails, each as one row of a table: who saw what is sensitive, who came in, who changed what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from jiesu.audit.configuration import note_configuration
from jiesu.audit.security import SecurityEntry
from jiesu.audit.trail import TrailEntry
from jiesu.cli import _note_units
from jiesu.db.jobs import DeadLetter
from jiesu.units.command import Wish, import_units
from tests.builders.accounts import NAME, PASSWORD, SESSION
from tests.builders.forms import CITY, STATION

USERS, LETTERS, YEARS = "/api/v1/admin/users", "/api/v1/admin/dead-letters", "/api/v1/admin/calendar/years"
HOURS = {"schedule": [{"from": "2026-01-01", "shifts": ["08:00-12:00", "14:00-18:00"]}]}


@pytest.fixture
async def place(client, people, sign_in, make, kernel) -> SimpleNamespace:
    """A working day: somebody with an account, an administrator, a ticket, a dead letter."""
    await people.add()
    ticket = await make.ticket("in_progress")
    async with kernel.db.begin() as uow:
        letter = DeadLetter(kind="k", payload={}, key="key", tries=8, error="x", died_at=uow.now)
        uow.session.add(letter)
    admin, officer = await sign_in(f"administrator-{CITY}"), await sign_in(f"officer-{STATION}")
    return SimpleNamespace(
        client=client, people=people, kernel=kernel, ticket=ticket, letter=letter.id, admin=admin, officer=officer
    )


def post(path: str, who: str = "admin", **body: Any) -> Callable[[Any], Awaitable[Any]]:
    async def act(at: Any) -> Any:
        url = path.format(letter=at.letter, number=at.ticket.number)
        return await at.client.post(url, json=body or None, headers=getattr(at, who))

    return act


def put(path: str, **body: Any) -> Callable[[Any], Awaitable[Any]]:
    return lambda at: at.client.put(path, json=body, headers=at.admin)


async def enter(at: Any) -> Any:
    return await at.people.try_in()


async def mistype(at: Any) -> Any:
    return await at.people.try_in(password="wrong")


async def mistype_often(at: Any) -> Any:
    for _ in range(5):
        await mistype(at)


async def leave(at: Any) -> Any:
    return await at.client.delete(SESSION, headers=await at.people.enter())


async def change_password(at: Any) -> Any:
    body = {"current": PASSWORD, "new": "he-li-de-yu-bu-shui"}
    return await at.client.post(f"{SESSION}/password", json=body, headers=await at.people.enter())


async def enrol(at: Any) -> Any:
    headers = await at.people.enter()
    begun = (await at.client.post(f"{SESSION}/second-factor", headers=headers)).json()
    code = {"otp": pyotp.TOTP(begun["secret"]).at(at.kernel.clock.now())}
    return await at.client.post(f"{SESSION}/second-factor/confirm", json=code, headers=headers)


async def end_others(at: Any) -> Any:
    return await at.client.delete("/api/v1/sessions", headers=await at.people.enter())


async def change_a_file(at: Any) -> None:
    async with at.kernel.db.begin() as uow:
        await note_configuration(uow, at.kernel.settings.config_dir)


async def reactivate(at: Any) -> Any:
    await post(f"{USERS}/{NAME}/deactivate")(at)
    return await post(f"{USERS}/{NAME}/activate")(at)


async def release(at: Any) -> Any:
    await mistype_often(at)
    return await post(f"{USERS}/{NAME}/release")(at)


#: what is done → the entry it makes
RECORDED: dict[str, tuple[Callable[[Any], Awaitable[Any]], str]] = {
    "looking at a petitioner's whole data": (
        post("/api/v1/desk/tickets/{number}/reveal", "officer", reason="核对身份"),
        "PetitionerRevealed",
    ),
    "signing in": (enter, "SignedIn"),
    "a wrong password": (mistype, "SignInFailed"),
    "five of them": (mistype_often, "SignInLocked"),
    "signing out": (leave, "SignedOut"),
    "ending other sessions": (end_others, "SessionsRevoked"),
    "changing one's password": (change_password, "PasswordChanged"),
    "setting up a second factor": (enrol, "SecondFactorEnrolled"),
    "adding an account": (post(USERS, username="li.na", name="李娜", posts=[]), "AccountAdded"),
    "ending an account": (post(f"{USERS}/{NAME}/deactivate"), "AccountDeactivated"),
    "opening it again": (reactivate, "AccountActivated"),
    "giving a post": (post(f"{USERS}/{NAME}/posts/add", role="unit_head", unit=STATION), "PostGiven"),
    "taking a post": (post(f"{USERS}/{NAME}/posts/remove", role="officer", unit=STATION), "PostTaken"),
    "a new password": (post(f"{USERS}/{NAME}/reset-password"), "PasswordReset"),
    "a lost telephone": (post(f"{USERS}/{NAME}/reset-second-factor"), "SecondFactorReset"),
    "ending somebody's sessions": (post(f"{USERS}/{NAME}/end-sessions"), "SessionsRevoked"),
    "ending a wait": (release, "SignInReleased"),
    "a calendar": (put(f"{YEARS}/2027", year=2027, published=False), "CalendarPublished"),
    "a unit's hours": (put(f"/api/v1/admin/calendar/hours/{STATION}", **HOURS), "CalendarPublished"),
    "sending work again": (post(LETTERS + "/{letter}/retry"), "WorkRetried"),
    "dropping work": (post(LETTERS + "/{letter}/discard"), "WorkDiscarded"),
    "a file of the configuration": (change_a_file, "ConfigurationChanged"),
}


@pytest.mark.parametrize(("act", "kind"), RECORDED.values(), ids=RECORDED.keys())
async def test_it_is_in_the_trail_with_who_did_it(place, act, kind):
    before = defaultdict(list)
    for found, data in await entries(place.kernel):
        before[found].append(data)
    reply = await act(place)
    assert reply is None or reply.status_code < 300 or kind == "SignInFailed", reply.text
    new = [data for found, data in await entries(place.kernel) if found == kind and data not in before[found]]
    assert new
    assert all(data.get("by") or data.get("account") for data in new)


async def entries(kernel: Any) -> list[tuple[str, dict[str, Any]]]:
    """Kind and data of all entries of both trails."""
    async with kernel.db.begin() as uow:
        found: list[tuple[str, dict[str, Any]]] = []
        for table in (SecurityEntry, TrailEntry):
            rows = await uow.session.execute(select(table.kind, table.data).order_by(table.id))
            found += [(row.kind, row.data) for row in rows]
        return found


async def test_a_dry_run_of_a_calendar_is_not_recorded(place):
    await place.client.put(f"{YEARS}/2027?dry_run=true", json={"year": 2027, "published": False}, headers=place.admin)
    assert "CalendarPublished" not in [kind for kind, _ in await entries(place.kernel)]


async def test_another_organisation_is_in_the_security_trail(committed_kernel, tmp_path: Path):
    config = committed_kernel.settings.config_dir
    sheet = (config / "units.csv").read_text(encoding="utf-8")
    (tmp_path / "units.csv").write_text(sheet.replace("市退役军人服务中心", "市服务中心"), encoding="utf-8")
    wish = Wish(dry_run=False, yes=True, if_empty=False)
    settings = committed_kernel.settings
    assert await import_units(settings, tmp_path / "units.csv", config / "places.csv", wish, _note_units) == 0
    [data] = [data for kind, data in await entries(committed_kernel) if kind == "OrganisationChanged"]
    assert (data["by"], data["added"], data["removed"]) == ("command line", 0, 0)
    assert data["changed"] > 0


async def test_only_files_that_changed_are_recorded_again(kernel, tmp_path: Path):
    async def noted() -> list[dict[str, Any]]:
        async with kernel.db.begin() as uow:
            await note_configuration(uow, tmp_path)
        return [data["files"] for kind, data in await entries(kernel) if kind == "ConfigurationChanged"]

    (tmp_path / "rates.toml").write_text("a = 1")
    (tmp_path / "clocks.toml").write_text("b = 1")
    assert [sorted(files) for files in await noted()] == [["clocks.toml", "rates.toml"]]
    assert len(await noted()) == 1
    (tmp_path / "rates.toml").write_text("a = 2")
    (tmp_path / "clocks.toml").unlink()
    files = (await noted())[-1]
    assert files["clocks.toml"] is None
    assert sorted(files) == ["clocks.toml", "rates.toml"]
    assert len(files["rates.toml"]) == 64
