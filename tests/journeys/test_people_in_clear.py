"""Contact lists and bookings in a dump: nobody's name, telephone, or what was said, and nothing seen from elsewhere."""

from __future__ import annotations

from tests.builders.desk import signing_in
from tests.builders.forms import COUNTY, STATION
from tests.journeys.test_nothing_in_clear import dumped

PERSON = {"name": "欧阳锦绣", "phone": "13987654321"}
RECEPTION = {
    "leader": "王志强",
    "office": "局长",
    "place": "接访室",
    "day": "2026-11-05",
    "begins": "09:00",
    "ends": "10:00",
}


async def test_a_dump_shows_nobody_who_is_listed_or_has_booked(committed_kernel, committed_client):
    sign_in = signing_in(committed_client, committed_kernel)
    officer, clerk = await sign_in(f"officer-{STATION}"), await sign_in(f"intake-{COUNTY}")
    lists = "/api/v1/desk/contacts"
    row = (await committed_client.post(lists, json=PERSON | {"reason": "general"}, headers=officer)).json()
    note = {"way": "visit", "outcome": "reached", "note": "悄悄话一", "needs": True}
    reply = await committed_client.post(f"{lists}/{row['ref']}/contact", json=note, headers=officer)
    assert reply.status_code == 201
    made = (await committed_client.post("/api/v1/desk/receptions", json=RECEPTION, headers=clerk)).json()
    booking = PERSON | {"slot": made["slots"][0]["at"], "matter": "悄悄话二"}
    booked = await committed_client.post(f"/api/v1/receptions/{made['ref']}/bookings", json=booking)
    assert booked.status_code == 201
    dump = dumped(committed_kernel.settings.owner_database_url)
    assert row["ref"] in dump
    assert made["ref"] in dump
    assert [word for word in (*PERSON.values(), "悄悄话一", "悄悄话二") if word in dump] == []
