"""Passwords: an initial one must be changed, a new one is none that is guessed, and changing it ends other sessions."""

from __future__ import annotations

import pytest

from jiesu.accounts.password_rules import check_password
from jiesu.errors import DomainError
from tests.builders.accounts import NAME, PASSWORD, SESSION

URL = f"{SESSION}/password"
NEW = "he-li-de-yu-bu-shui-jiao"


async def change(people, headers, current: str = PASSWORD, new: str = NEW):
    return await people.client.post(URL, json={"current": current, "new": new}, headers=headers)


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("short-1", "PasswordTooShort"),
        ("x" * 129, "PasswordTooLong"),
        ("my-ZHANG.WEI-is-long", "PasswordHoldsName"),
        ("1234567890", "CommonPassword"),
        ("password12", "CommonPassword"),
        ("qwertyuiop12", "CommonPassword"),
        ("aaaaaaaaaaaa", "CommonPassword"),
        ("Huhehaote2026", "CommonPassword"),
        ("Veterans2026!", "CommonPassword"),
        ("woaini1314", "CommonPassword"),
        ("13800138000", "CommonPassword"),
        ("jiesu-demo", "CommonPassword"),
        ("张伟张伟张伟张伟张伟", "CommonPassword"),
    ],
)
def test_what_a_guesser_tries_early_is_refused(password: str, refusal: str):
    with pytest.raises(DomainError) as caught:
        check_password(password, NAME, "张伟")
    assert caught.value.code == refusal


@pytest.mark.parametrize("password", [NEW, PASSWORD, "correct horse battery", "白日依山尽黄河入海流欲穷", "x7#Kq!2mPz"])
def test_a_sentence_or_a_random_one_is_taken(password: str):
    check_password(password, NAME, "张伟")


async def test_an_initial_password_opens_nothing_but_its_change(people):
    initial = await people.add(password=None)
    headers = await people.enter(password=initial)
    assert (await people.client.get(SESSION, headers=headers)).json()["owes"] == ["ChangePasswordFirst"]
    refused = await people.client.get("/api/v1/desk/tickets", headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (403, "ChangePasswordFirst")
    assert (await change(people, headers, initial)).status_code == 204
    assert (await people.client.get("/api/v1/desk/tickets", headers=headers)).status_code == 200
    assert (await people.try_in(password=initial)).status_code == 403
    assert (await people.try_in(password=NEW)).status_code == 200


async def test_a_new_password_ends_every_other_session(people):
    await people.add()
    other, own = await people.enter(), await people.enter()
    assert (await change(people, own)).status_code == 204
    assert (await people.client.get(SESSION, headers=own)).status_code == 200
    assert (await people.client.get(SESSION, headers=other)).status_code == 401
    assert (await people.trail())[-1] == ("PasswordChanged", NAME)


@pytest.mark.parametrize(
    ("current", "new", "title", "field"),
    [
        ("wrong", NEW, "WrongPassword", "current"),
        (PASSWORD, PASSWORD, "SamePassword", "new"),
        (PASSWORD, "short", "PasswordTooShort", "new"),
        (PASSWORD, "password12", "CommonPassword", "new"),
    ],
)
async def test_a_refusal_names_the_field_and_changes_nothing(people, current: str, new: str, title: str, field: str):
    await people.add()
    refused = await change(people, await people.enter(), current, new)
    assert (refused.status_code, refused.json()["title"], refused.json()["field"]) == (422, title, field)
    assert (await people.try_in()).status_code == 200


async def test_a_borrowed_session_is_no_place_to_guess_the_password(people):
    await people.add()
    headers = await people.enter()
    assert [(await change(people, headers, "wrong")).status_code for _ in range(6)] == [422] * 5 + [429]
    locked = await change(people, headers)
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "30")
