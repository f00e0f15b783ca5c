"""The second factor: forced outside demo mode, each code once, recovery codes for a lost telephone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.builders.accounts import NAME, PASSWORD, SESSION, code_at

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BEGIN, CONFIRM = f"{SESSION}/second-factor", f"{SESSION}/second-factor/confirm"
#: A secret is 32 letters, a picture is drawn here.
KEYS = {"secret", "uri", "qr"}


async def enrol(people, headers) -> tuple[str, list[str]]:
    """The telephone's secret and the recovery codes."""
    secret = (await people.client.post(BEGIN, headers=headers)).json()["secret"]
    code = code_at(secret, people.kernel)
    reply = await people.client.post(CONFIRM, json={"otp": code}, headers=headers)
    assert reply.status_code == 200, reply.text
    return secret, reply.json()["recovery_codes"]


async def test_outside_demo_mode_a_session_without_it_can_do_nothing_but_enrol(strict_people):
    client = strict_people.client
    await strict_people.add()
    headers = await strict_people.enter()
    me = (await client.get(SESSION, headers=headers)).json()
    assert (me["owes"], me["second_factor"]) == (["EnrolFirst"], False)
    for path in ("/api/v1/desk/tickets", "/api/v1/board/overview", "/api/v1/desk/counts", "/api/v1/admin/users"):
        refused = await client.get(path, headers=headers)
        assert (refused.status_code, refused.json()["title"]) == (403, "EnrolFirst")
    await enrol(strict_people, headers)
    assert (await client.get(SESSION, headers=headers)).json()["owes"] == []
    assert (await client.get("/api/v1/desk/tickets", headers=headers)).status_code == 200


async def test_the_telephone_is_told_by_a_picture_that_is_fetched_from_nowhere(people):
    await people.add()
    told = (await people.client.post(BEGIN, headers=await people.enter())).json()
    assert set(told) == KEYS
    assert told["uri"].startswith("otpauth://totp/")
    assert NAME in told["uri"]
    assert told["qr"].startswith("data:image/svg+xml")


async def test_it_counts_only_once_a_code_was_seen(people):
    await people.add()
    headers = await people.enter()
    secret = (await people.client.post(BEGIN, headers=headers)).json()["secret"]
    assert (await people.client.post(BEGIN, headers=headers)).json()["secret"] == secret
    wrong = await people.client.post(CONFIRM, json={"otp": "000000"}, headers=headers)
    assert (wrong.status_code, wrong.json()["title"]) == (422, "WrongCode")
    assert (await people.try_in()).status_code == 200


async def test_once_set_up_it_is_asked_for_and_no_other_telephone_takes_its_place(people, clock):
    await people.add()
    elsewhere, headers = await people.enter(), await people.enter()
    secret, _ = await enrol(people, headers)
    assert (await people.client.get(SESSION, headers=elsewhere)).status_code == 401
    assert (await people.try_in()).status_code == 403
    clock.advance(timedelta(minutes=1))
    assert (await people.try_in(otp=code_at(secret, people.kernel))).status_code == 200
    again = await people.client.post(BEGIN, headers=headers)
    assert (again.status_code, again.json()["title"]) == (409, "SecondFactorThere")


@pytest.mark.parametrize(("steps", "status"), [(-2, 403), (-1, 200), (0, 200), (1, 200), (2, 403)])
async def test_a_clock_may_be_half_a_minute_wrong(people, steps: int, status: int):
    await people.add(secret=SECRET)
    assert (await people.try_in(otp=code_at(SECRET, people.kernel, steps))).status_code == status


async def test_no_code_is_taken_twice_nor_one_before_it(people, clock):
    await people.add(secret=SECRET)
    before, now = code_at(SECRET, people.kernel, -1), code_at(SECRET, people.kernel)
    assert (await people.try_in(otp=now)).status_code == 200
    assert (await people.try_in(otp=now)).status_code == 403
    assert (await people.try_in(otp=before)).status_code == 403
    clock.advance(timedelta(seconds=30))
    assert (await people.try_in(otp=code_at(SECRET, people.kernel))).status_code == 200


async def test_the_code_that_set_it_up_does_not_sign_in(people):
    await people.add()
    secret, _ = await enrol(people, await people.enter())
    assert (await people.try_in(otp=code_at(secret, people.kernel))).status_code == 403


async def test_ten_recovery_codes_each_good_once(people, uow):
    await people.add()
    _, codes = await enrol(people, await people.enter())
    assert len(set(codes)) == 10
    assert (await people.try_in(otp=codes[0])).status_code == 200
    assert (await people.try_in(otp=codes[0])).status_code == 403
    assert (await people.try_in(otp=codes[1].lower().replace("-", " "))).status_code == 200
    assert len((await people.account()).recovery_codes) == 8
    assert [kind for kind, _ in await people.trail()].count("RecoveryCodeUsed") == 2


async def test_secret_and_recovery_codes_are_not_stored_in_clear(people, uow):
    await people.add()
    secret, codes = await enrol(people, await people.enter())
    stored = str(
        (await uow.session.execute(text("SELECT * FROM account WHERE username = :name"), {"name": NAME})).all()
    )
    assert not [
        word for word in (secret, PASSWORD, *codes, *(code.replace("-", "") for code in codes)) if word in stored
    ]


async def test_a_demo_account_has_none(people, sign_in):
    headers = await sign_in("officer-VS-150102001")
    refused = await people.client.post(BEGIN, headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (409, "NotForDemo")


async def test_outside_demo_mode_no_demo_account_signs_in(strict_people):
    name = "officer-vs-150102001"
    assert (await strict_people.account(name)).demo
    assert (await strict_people.try_in(name, "jiesu-demo")).status_code == 403
