"""People act on tickets in the very moment in which their rungs fire."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx

from jiesu.demo.users import PASSWORD
from tests.faults.overdue import register_overdue
from tests.faults.recovery import assert_recovered
from tests.faults.site import Site, until


def _officer(site: Site, client: httpx.Client, number: str) -> dict[str, str]:
    """The headers of an officer of the unit that has the ticket."""
    [(unit,)] = site.rows(f"SELECT lead_unit FROM ticket WHERE number = '{number}'")
    body = {"username": f"officer-{unit.lower()}", "password": PASSWORD}
    return {"Authorization": f"Bearer {client.post('/api/v1/session', json=body).json()['token']}"}


def test_signing_and_contacting_while_rungs_fire_deadlocks_nobody(site: Site):
    site.worker.stop()
    numbers = register_overdue(site.settings, "meeting", 24)
    with site.client() as client, ThreadPoolExecutor(4) as people:
        headers = _officer(site, client, numbers[0])

        def handle(number: str) -> list[int]:
            path = f"/api/v1/desk/tickets/{number}"
            signed = client.post(f"{path}/sign", json={}, headers=headers)
            said = {"outcome": "reached", "note": "已通话"}
            return [signed.status_code, client.post(f"{path}/contact", json=said, headers=headers).status_code]

        site.worker.start()
        firing = "SELECT count(*) FROM escalation e JOIN ticket t ON t.id = e.ticket_id WHERE t.number IN ('{}')"
        until(lambda: site.count(firing.format("', '".join(numbers))) > 0, "the rungs fire")
        answers = list(people.map(handle, numbers))
    assert answers == [[httpx.codes.OK, httpx.codes.OK]] * len(numbers)
    assert "deadlock detected" not in site.postgres.log.read_text()
    assert_recovered(site)
