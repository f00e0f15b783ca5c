"""Who has a copy of the database, and not the keys, reads nothing of people and nothing that was written about them."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta

from jiesu.db.scope import BEGIN_AS_SYSTEM
from jiesu.embedded.cluster import own_programs
from jiesu.notifications.gateway import DemoGateway
from tests.builders.forms import CITY, STATION
from tests.builders.jobs import Jobs
from tests.builders.make import Make

PERSON = {"name": "欧阳锦绣", "phone": "13987654321", "id_number": "150102195003072514"}
OFFICER, HEAD, DISPATCHER = f"officer-{STATION}", f"unit_head-{STATION}", f"dispatcher-{CITY}"
#: step, who takes it, and the field of its body that people write in
STEPS = [
    ("request_info", DISPATCHER, "question"),
    ("supplement", f"intake-{CITY}", "text"),
    ("dispatch", DISPATCHER, None),
    ("sign", OFFICER, None),
    ("reveal", OFFICER, "reason"),
    ("contact", OFFICER, "note"),
    ("inform", OFFICER, "text"),
    ("note", OFFICER, "text"),
    ("extend", OFFICER, "reason"),
    ("refuse_extension", "unit_head-VS-150102", "reason"),
    ("extend", OFFICER, "reason"),
    ("grant_extension", "unit_head-VS-150102", "note"),
    ("reclass", "supervisor-VS-1501", "reason"),
    ("submit", OFFICER, "result"),
    ("send_back", HEAD, "reason"),
    ("submit", OFFICER, "result"),
    ("approve", HEAD, "note"),
]
MORE = {
    "dispatch": {"unit": STATION, "class": "P3"},
    "contact": {"outcome": "reached"},
    "extend": {"until": "2026-11-20"},
    "reclass": {"category": "0401"},
    "divert": {"reason": "litigation"},
}


async def test_a_dump_after_a_whole_journey_shows_no_name_number_or_note(
    committed_kernel, committed_client, committed_act
):
    made = await Make(committed_kernel).filed(petitioner=PERSON)
    written = []

    def words(step: str, field: str | None) -> dict[str, str]:
        written.extend([f"悄悄话{len(written):02d}"] if field else [])
        return MORE.get(step, {}) | ({field: f"{written[-1]}，{PERSON['name']}说的。"} if field else {})

    for step, by, field in STEPS:
        reply = await committed_act(by, made, step, **words(step, field))
        assert reply.status_code == 200, (step, reply.text)
    survey = {"solved": "no", "satisfied": "no", **words("survey", "reason")}
    committed_kernel.gateway = DemoGateway(committed_kernel.db)
    await Jobs(committed_kernel).run_due()
    told = await committed_client.get("/api/v1/demo/messages", params={"to": PERSON["phone"]})
    token = next(message["text"] for message in told.json() if "/s/" in message["text"]).rsplit("/", 1)[-1]
    assert (await committed_client.post(f"/api/v1/surveys/{token}", json=survey)).is_success
    committed_kernel.clock.advance(timedelta(days=60))
    await Jobs(committed_kernel).run_due()
    reply = await committed_act("supervisor-VS-1501", made, "acknowledge", **words("acknowledge", "note"))
    assert reply.status_code == 200, reply.text
    withdrawn = await Make(committed_kernel).filed(petitioner=PERSON)
    url = f"/api/v1/tickets/{withdrawn.number}/withdraw"
    given = words("withdraw", "reason")
    assert (await committed_client.post(url, params={"code": withdrawn.code}, json=given)).is_success
    for step, by, field in (
        ("answer", DISPATCHER, "text"),
        ("divert", DISPATCHER, "pointer"),
        ("plan", OFFICER, "plan"),
    ):
        other = await Make(committed_kernel).filed(petitioner=PERSON, nature="help" if step == "plan" else "consult")
        if step == "plan":
            await Make(committed_kernel).dispatch(other, STATION, service_class="P4")
            await Make(committed_kernel).step(other, "sign", OFFICER)
            await Make(committed_kernel).step(other, "contact", OFFICER)
        reply = await committed_act(by, other, step, **words(step, field))
        assert reply.status_code == 200, (step, reply.text)

    dump = dumped(committed_kernel.settings.owner_database_url)
    assert made.number in dump
    assert [word for word in (*PERSON.values(), *written) if word in dump] == []
    shown = await committed_client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})
    assert written[1] in shown.text


def dumped(url: str) -> str:
    """All of it: the owner obeys the row policies too, so it must say that it is the system."""
    argv = [str(own_programs() / "pg_dump"), "--enable-row-security", "-d", url.replace("+psycopg", "")]
    env = os.environ | {"PGOPTIONS": BEGIN_AS_SYSTEM}
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout
