"""A person in several posts: one is acted in at a time, and none opens what another must not see."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from jiesu.accounts.roles import Role, go_together
from jiesu.demo.users import PASSWORD
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import visible_to
from tests.builders.accounts import NAME, SESSION
from tests.builders.forms import CITY, COUNTY, STATION

OTHER = "VS-150102003"
TWICE = {"username": "officer-vs-150102002", "password": PASSWORD}
HERE, THERE = {"role": "officer", "unit": "VS-150102002"}, {"role": "officer", "unit": OTHER}


async def test_a_demo_account_with_two_posts_acts_in_the_first_until_it_chooses(client, make):
    made = await make.ticket("dispatched", unit=OTHER)
    opened = (await client.post(SESSION, json=TWICE)).json()
    headers, me = {"Authorization": f"Bearer {opened['token']}"}, opened["user"]
    assert [(post["role"], post["unit"]["code"]) for post in me["posts"]] == [
        ("officer", "VS-150102002"),
        ("officer", OTHER),
    ]
    assert me["unit"]["code"] == "VS-150102002"
    url = f"/api/v1/desk/tickets/{made.number}"
    assert (await client.get(url, headers=headers)).status_code == 404
    chosen = await client.post(f"{SESSION}/post", json=THERE, headers=headers)
    assert (chosen.status_code, chosen.json()["unit"]["code"]) == (200, OTHER)
    assert (await client.get(SESSION, headers=headers)).json()["unit"]["code"] == OTHER
    assert (await client.post(f"{url}/sign", json={}, headers=headers)).status_code == 200
    await client.post(f"{SESSION}/post", json=HERE, headers=headers)
    assert (await client.get(url, headers=headers)).status_code == 404


async def test_a_post_that_is_not_held_cannot_be_chosen(client):
    headers = {"Authorization": f"Bearer {(await client.post(SESSION, json=TWICE)).json()['token']}"}
    for body in (
        {"role": "unit_head", "unit": OTHER},
        {"role": "officer", "unit": STATION},
        {"role": "officer", "unit": "\0"},
    ):
        refused = await client.post(f"{SESSION}/post", json=body, headers=headers)
        assert (refused.status_code, refused.json()["title"]) == (404, "NoSuchPost")


async def test_demo_users_are_listed_once_each_with_the_post_they_sign_in_to(client, people):
    await people.add()
    listed = (await client.get("/api/v1/demo/users")).json()
    names = [user["username"] for user in listed]
    assert len(names) == len(set(names))
    assert NAME not in names
    assert {"username": TWICE["username"], "role": "officer", "unit": {"code": "VS-150102002"}}.items() <= {
        **next(user for user in listed if user["username"] == TWICE["username"]),
        "unit": {"code": "VS-150102002"},
    }.items()


async def test_who_has_a_post_in_the_accused_unit_sees_nothing_of_it_from_any_post(client, people, make, uow):
    await people.add("two.posts", (Role.SUPERVISOR, COUNTY), (Role.OFFICER, STATION))
    await people.add("one.post", (Role.SUPERVISOR, COUNTY))
    made = await make.ticket("registered", accused_unit=STATION)
    url = f"/api/v1/desk/tickets/{made.number}"
    one, two = await people.enter("one.post"), await people.enter("two.posts")
    assert (await client.get(url, headers=one)).status_code == 200
    assert (await client.get(url, headers=two)).status_code == 404
    found = {"view": "all", "q": made.number}
    assert (await client.get("/api/v1/desk/tickets", params=found, headers=one)).json()["tickets"]
    assert not (await client.get("/api/v1/desk/tickets", params=found, headers=two)).json()["tickets"]


async def test_sql_and_python_agree_for_people_with_several_posts(people, make, uow, kernel):
    from jiesu.accounts.posts import load_person

    await people.add("two.posts", (Role.UNIT_HEAD, CITY), (Role.OFFICER, STATION), (Role.DISPATCHER, "CITY-DISCIPLINE"))
    for accused in (None, STATION, COUNTY, CITY, "VS-150102001001", "CITY-BENEFITS", "CITY-DISCIPLINE"):
        await make.ticket("registered", accused_unit=accused)
        await make.ticket("registered", accused_unit=accused, nature="report", text="举报：工作人员收受礼金，请查处。")
    person = await load_person(uow, kernel.rules.organisation, (await people.account("two.posts")).id)
    tickets = (await uow.session.scalars(select(Ticket))).all()
    for staff in person.posts:
        seen = set(await uow.session.scalars(select(Ticket.id).where(visible_to(staff))))
        assert seen == {ticket.id for ticket in tickets if staff.may_see(ticket)}, staff
        assert not [t for t in tickets if t.id in seen and t.accused_unit in (STATION, COUNTY)]


async def test_who_asked_for_more_time_does_not_grant_it_from_another_post(client, people, make):
    made = await make.ticket("in_progress")
    await people.add("two.posts", (Role.OFFICER, STATION), (Role.UNIT_HEAD, COUNTY))
    headers = await people.enter("two.posts")
    url = f"/api/v1/desk/tickets/{made.number}"
    body = {"until": "2026-11-13", "reason": "等档案馆回函"}
    assert (await client.post(f"{url}/extend", json=body, headers=headers)).status_code == 200
    await client.post(f"{SESSION}/post", json={"role": "unit_head", "unit": COUNTY}, headers=headers)
    assert "grant_extension" not in (await client.get(url, headers=headers)).json()["allowed"]
    assert (await client.post(f"{url}/grant_extension", json={}, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("roles", "fits"),
    [
        ({Role.OFFICER, Role.UNIT_HEAD, Role.INTAKE}, True),
        ({Role.ADMINISTRATOR}, True),
        ({Role.ADMINISTRATOR, Role.AUDITOR}, False),
        ({Role.SECURITY, Role.ADMINISTRATOR}, False),
        ({Role.AUDITOR, Role.OFFICER}, False),
        ({Role.ADMINISTRATOR, Role.UNIT_HEAD}, False),
    ],
)
def test_administration_security_and_audit_are_apart(roles, fits: bool):
    assert go_together(frozenset(roles)) is fits
