"""Optional fields want a consent of their own: recorded with the version of its words, and taken back at any time."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from jiesu.kernel import Kernel
from jiesu.petitioners.consent import Consent
from jiesu.petitioners.models import Petitioner
from tests.builders.forms import PHONE, appeal

ID_NUMBER = "11010519491231002X"
PERSON = {"name": "张建国", "phone": PHONE, "kind": "veteran", "id_number": ID_NUMBER}


@pytest.fixture
def file(client: AsyncClient):
    async def file(person: dict[str, Any] = PERSON, **fields: Any) -> Response:
        return await client.post("/api/v1/tickets", json=appeal(petitioner=person, **fields))

    return file


async def rows(kernel: Kernel) -> list[Consent]:
    async with kernel.db.begin() as uow:
        return list(await uow.session.scalars(select(Consent).order_by(Consent.purpose)))


async def test_a_consent_is_kept_with_the_version_of_its_words(file, kernel, clock):
    assert (await file(consents=["kind", "id_number"])).status_code == 201
    kept = await rows(kernel)
    assert [(row.purpose, row.source, row.version) for row in kept] == [
        ("id_number", "form", kernel.rules.notices.version),
        ("kind", "form", kernel.rules.notices.version),
    ]
    assert {row.given_at for row in kept} == {clock.now()}


@pytest.mark.parametrize(("consents", "field"), [([], "id_number"), (["kind"], "id_number"), (["id_number"], "kind")])
async def test_without_its_consent_an_optional_field_is_refused_by_name(file, consents, field, kernel):
    reply = await file(consents=consents)
    assert (reply.status_code, reply.json()["title"]) == (422, "ConsentMissing")
    assert reply.json()["field"] == f"petitioner.{field}"
    assert await rows(kernel) == []


async def test_nothing_optional_needs_no_consent_and_keeps_none(file, kernel):
    assert (await file({"name": "张建国", "phone": PHONE}, consents=[])).status_code == 201
    assert (await file(anonymous=True, consents=["kind"])).status_code == 201
    assert await rows(kernel) == []


async def test_a_system_that_took_the_consent_itself_says_nothing_and_that_is_what_is_kept(file, kernel):
    assert (await file({"phone": PHONE, "kind": "veteran"})).status_code == 201
    assert [(row.purpose, row.source, row.version) for row in await rows(kernel)] == [("kind", "caller", None)]


async def test_taken_back_the_field_is_forgotten_everywhere_and_the_appeal_goes_on(client, file, kernel):
    first, second = [(await file(consents=["kind", "id_number"])).json() for _ in range(2)]
    path = f"/api/v1/tickets/{first['number']}/consents/id_number/withdraw?code={first['query_code']}"
    views = (await client.post(path)).json()
    assert {view["purpose"]: view["withdrawn_at"] is not None for view in views} == {"id_number": True, "kind": False}
    async with kernel.db.begin() as uow:
        person = (await uow.session.scalars(select(Petitioner))).one()
    assert (person.id_number, person.id_hash, person.kind, person.phone) == (None, None, "veteran", PHONE)
    other = await client.get(f"/api/v1/tickets/{second['number']}/consents?code={second['query_code']}")
    assert all(view["withdrawn_at"] for view in other.json() if view["purpose"] == "id_number")
    seen = (await client.get(f"/api/v1/tickets/{first['number']}?code={first['query_code']}")).json()
    assert seen["status"] == "registered"
    assert seen["timeline"][-1]["what"] == "撤回同意，身份证号已删除"
    assert (await client.post(path)).json()["title"] == "NothingToWithdraw"


async def test_only_the_query_code_takes_it_back(client, file, kernel):
    made = (await file(consents=["kind", "id_number"])).json()
    path = f"/api/v1/tickets/{made['number']}/consents"
    assert (await client.post(f"{path}/kind/withdraw?code=AAAAAAAA")).status_code == 404
    assert (await client.post(f"{path}/phone/withdraw?code={made['query_code']}")).status_code in (400, 404)
    assert not any(row.withdrawn_at for row in await rows(kernel))
