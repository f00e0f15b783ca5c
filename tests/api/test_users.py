"""Accounts through the administrator's API: administrators alone, never their own, and roles kept apart."""

from __future__ import annotations

import pytest

from jiesu.accounts.roles import Role
from tests.builders.accounts import NAME, PASSWORD, SESSION
from tests.builders.forms import CITY, COUNTY, STATION

USERS = "/api/v1/admin/users"
NEW = {"username": "li.na", "name": "李娜", "posts": [{"role": "officer", "unit": STATION}]}


@pytest.fixture
async def admin(sign_in) -> dict[str, str]:
    return await sign_in(f"administrator-{CITY}")


async def listed(client, admin, name: str) -> dict | None:
    users = (await client.get(USERS, params={"q": name}, headers=admin)).json()["users"]
    return next((user for user in users if user["username"] == name), None)


async def test_somebody_is_added_signs_in_and_changes_the_password(client, people, admin):
    added = await client.post(USERS, json=NEW, headers=admin)
    assert (added.status_code, added.json()["username"]) == (201, "li.na")
    user = await listed(client, admin, "li.na")
    assert (user["name"], user["active"], user["must_change_password"], user["second_factor"]) == (
        "李娜",
        True,
        True,
        False,
    )
    assert [(post["role"], post["unit"]["code"]) for post in user["posts"]] == [("officer", STATION)]
    entered = await people.try_in("li.na", added.json()["initial_password"])
    assert entered.json()["user"]["owes"] == ["ChangePasswordFirst"]
    assert "password" not in str({key: value for key, value in user.items() if key != "must_change_password"})


@pytest.mark.parametrize(
    ("change", "status", "title", "field"),
    [
        ({"username": "x"}, 422, "BadUsername", "username"),
        ({"username": "has space"}, 422, "BadUsername", "username"),
        ({"name": " "}, 422, "BadPersonName", "name"),
        ({"name": "李\n娜"}, 422, "BadPersonName", "name"),
        ({"name": "\u202e娜李"}, 422, "BadPersonName", "name"),
        ({"username": f"officer-{STATION}"}, 409, "UsernameTaken", "username"),
        ({"posts": [{"role": "officer", "unit": "NOWHERE"}]}, 422, "NoSuchUnit", "unit"),
        ({"posts": [{"role": "king", "unit": CITY}]}, 400, "BadRequest", "posts[0].role"),
        (
            {"posts": [{"role": "auditor", "unit": CITY}, {"role": "administrator", "unit": CITY}]},
            409,
            "RolesKeptApart",
            "role",
        ),
    ],
)
async def test_a_refusal_names_the_field_and_adds_nobody(client, admin, change, status, title, field):
    refused = await client.post(USERS, json=NEW | change, headers=admin)
    assert (refused.status_code, refused.json()["title"], refused.json()["field"]) == (status, title, field)
    assert await listed(client, admin, "li.na") is None


async def test_an_account_ends_and_begins_again(client, people, admin):
    await people.add()
    headers = await people.enter()
    for _ in range(2):
        assert (await client.post(f"{USERS}/{NAME}/deactivate", headers=admin)).status_code == 204
    assert (await client.get(SESSION, headers=headers)).status_code == 401
    assert not (await listed(client, admin, NAME))["active"]
    assert (await client.post(f"{USERS}/{NAME}/activate", headers=admin)).status_code == 204
    assert (await people.try_in()).status_code == 200
    assert (await client.get(SESSION, headers=headers)).status_code == 401
    assert [kind for kind, name in await people.trail() if name == NAME and "ctivated" in kind] == [
        "AccountDeactivated",
        "AccountActivated",
    ]


async def test_a_forgotten_password_is_replaced_by_an_initial_one(client, people, admin):
    await people.add()
    headers = await people.enter()
    initial = (await client.post(f"{USERS}/{NAME}/reset-password", headers=admin)).json()["initial_password"]
    assert (await client.get(SESSION, headers=headers)).status_code == 401
    assert (await people.try_in()).status_code == 403
    assert (await people.try_in(password=initial)).json()["user"]["owes"] == ["ChangePasswordFirst"]


async def test_a_lost_telephone_is_forgotten(client, people, admin):
    await people.add(secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert (await people.try_in()).status_code == 403
    assert (await client.post(f"{USERS}/{NAME}/reset-second-factor", headers=admin)).status_code == 204
    assert (await people.try_in()).status_code == 200


async def test_posts_are_given_and_taken_and_are_on_the_trail(client, people, admin):
    await people.add()
    post = {"role": "unit_head", "unit": COUNTY}
    for path, status in (("add", 204), ("add", 204), ("remove", 204), ("remove", 404), ("add", 204)):
        assert (await client.post(f"{USERS}/{NAME}/posts/{path}", json=post, headers=admin)).status_code == status
    assert len((await listed(client, admin, NAME))["posts"]) == 2
    kinds = [kind for kind, name in await people.trail() if name == NAME and kind.startswith("Post")]
    assert kinds == ["PostGiven", "PostGiven", "PostTaken", "PostGiven"]


@pytest.mark.parametrize("role", ["administrator", "security", "auditor"])
async def test_who_handles_petitions_gets_no_post_that_watches_over_them(client, people, admin, role: str):
    await people.add()
    refused = await client.post(f"{USERS}/{NAME}/posts/add", json={"role": role, "unit": CITY}, headers=admin)
    assert (refused.status_code, refused.json()["title"]) == (409, "RolesKeptApart")


async def test_nobody_administers_their_own_account(client, admin):
    own, post = f"{USERS}/administrator-{CITY.lower()}", {"role": "administrator", "unit": COUNTY}
    for path, body in (
        ("deactivate", None),
        ("reset-password", None),
        ("reset-second-factor", None),
        ("posts/add", post),
    ):
        refused = await client.post(f"{own}/{path}", json=body, headers=admin)
        assert (refused.status_code, refused.json()["title"]) == (409, "NotYourOwnAccount")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_nobody_but_administrators_looks_after_accounts(client, sign_in, people, role):
    await people.add()
    headers = await sign_in(f"{role}-{CITY}")
    post = {"role": "officer", "unit": COUNTY}
    resets = ("deactivate", "activate", "reset-password", "reset-second-factor", "end-sessions", "release")
    replies = [await client.get(USERS, headers=headers), await client.post(USERS, json=NEW, headers=headers)]
    replies += [await client.post(f"{USERS}/{NAME}/{path}", headers=headers) for path in resets]
    replies += [
        await client.post(f"{USERS}/{NAME}/posts/{path}", json=post, headers=headers) for path in ("add", "remove")
    ]
    assert {(reply.status_code, reply.json()["title"]) for reply in replies} == {(403, "NotAnAdministrator")}
    assert (await people.try_in(password=PASSWORD)).status_code == 200


async def test_the_list_goes_on_with_its_cursor_and_a_strange_search_finds_nothing(client, admin):
    page = (await client.get(USERS, headers=admin)).json()
    assert len(page["users"]) == 50
    following = (await client.get(USERS, params={"cursor": page["next_cursor"]}, headers=admin)).json()
    names = [user["username"] for user in page["users"] + following["users"]]
    assert len(set(names)) == 100
    assert (await client.get(USERS, params={"q": "%_\0'"}, headers=admin)).json()["users"] == []
    assert (await client.get(USERS, params={"cursor": "x"}, headers=admin)).status_code == 422


async def test_an_unknown_name_is_not_found(client, admin):
    for name in ("nobody", "%00"):
        assert (await client.post(f"{USERS}/{name}/deactivate", headers=admin)).status_code == 404
