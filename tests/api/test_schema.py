"""The application answers as its OpenAPI document says, whoever asks for whatever: no fault, no undocumented answer."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from argon2 import PasswordHasher
from schemathesis import Case

from jiesu.accounts import passwords
from jiesu.accounts.roles import Role
from tests.builders.contract import World, described, draw, raw, send, settle, shown, wrong_with
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.oddities import spoiled

#: How many requests of each sort for each operation; `make contract` wants more, and other ones each time.
EXAMPLES = int(os.environ.get("JIESU_CONTRACT_EXAMPLES", "1"))
START = int(os.environ.get("JIESU_CONTRACT_SEED", "4"))
#: Where somebody of the role sees the most; the others are of the city.
PLACES = {Role.OFFICER: STATION, Role.UNIT_HEAD: STATION, Role.DISPATCHER: COUNTY}
ASKERS = ["nobody", "petitioner", *Role]


LONG = EXAMPLES > 1
#: What a code to the telephone opens: no member of staff is anybody there.
TELEPHONES = "/api/v1/my/"


@pytest.fixture(scope="module")
def drawn() -> dict[str, list[Case]]:
    """What was drawn for the first asker: the short run asks it of all."""
    return {}


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    """Hundreds are asked for: here they need not be hard to guess."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def headers_of(sign_in, role: str) -> dict[str, str]:
    return await sign_in(f"{role}-{PLACES.get(Role(role), CITY)}") if role in list(Role) else {}


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("asker", ASKERS)
async def test_every_answer_is_documented_and_none_is_a_fault(client, kernel, make, sign_in, drawn, asker):
    start = START + ASKERS.index(asker)
    world = await World.make(make, kernel, start)
    document = (await client.get("/schema/openapi.json")).json()
    wrong, answered, strangers = [], Counter(), 0
    for operation in described(document):
        cases = draw(operation, EXAMPLES, start) if LONG else drawn.get(operation.label)
        cases = cases or drawn.setdefault(operation.label, draw(operation, EXAMPLES, START))
        headers = await headers_of(sign_in, asker)
        for case in cases:
            reply = await send(client, settle(world.aim(case, knows_codes=asker == "petitioner"), headers))
            if reply is not None:
                answered[reply.status_code] += 1
                strangers += reply.status_code == 401 and not operation.path.startswith(TELEPHONES)
                wrong += wrong_with(case, reply)
    assert not wrong, shown(wrong)
    assert min(answered[200], answered[404]) > 0
    assert asker not in list(Role) or strangers < 20  # who has just signed out is nobody


#: Who gets furthest with an operation, by what its path begins with.
FURTHEST = {"/api/v1/admin": "administrator", "/api/v1/audit": "auditor"}


@pytest.mark.timeout(7200)
async def test_no_oddity_of_a_request_is_a_fault_or_undocumented(client, kernel, make, sign_in):
    world = await World.make(make, kernel)
    document = (await client.get("/schema/openapi.json")).json()
    wrong, total = [], 0
    for operation in described(document):
        asker = next((role for path, role in FURTHEST.items() if operation.path.startswith(path)), "dispatcher")
        headers = {name: value.encode() for name, value in (await headers_of(sign_in, asker)).items()}
        case, wire = world.example(operation, headers)
        odd = [*spoiled(wire, [str(part) for part in case.path_parameters.values()], [*case.query])]
        for one in odd if LONG else world.chance.sample(odd, min(15, len(odd))):
            reply = await client.send(raw(client, one))
            total += 1
            wrong += wrong_with(case, reply)
    assert not wrong, shown(wrong)
    assert total > 600
