"""What must be true again once everything runs: nothing promised is missing, nothing was done twice."""

from __future__ import annotations

import httpx

from tests.faults.crowd import Crowd
from tests.faults.site import Site, until

__all__ = ["assert_recovered", "every_rung_fired_once", "settle"]

#: What each deadline of a P1 ticket registered a month ago climbs: one warning, then all that is above.
WHOLE_LADDER = ["L1-50%", "L2", "L3", "L4"]


def settle(site: Site) -> None:
    """Let the workers do everything that is due, and what failed meanwhile and waits for its next try."""
    site.mend()
    try:
        until(lambda: site.undone() == 0, "all due jobs are done", 90)
    except AssertionError as late:
        raise AssertionError(f"{late}; left: {site.left()}") from late


def assert_recovered(site: Site, crowd: Crowd | None = None) -> None:
    """Wait until all is done, then hold the database against the outside ledger and its own laws."""
    settle(site)
    if crowd is not None:
        _promises_are_kept(site, crowd)
    _messages_went_out_once(site)
    _steps_left_one_trace_each(site)
    assert site.rows("SELECT kind, key, error FROM dead_letter") == []
    site.run("doctor")


def every_rung_fired_once(site: Site, numbers: list[str]) -> None:
    """Every deadline of the two clocks climbed the whole ladder, each step once; the orders it issues have clocks of their own."""
    wanted = ", ".join(f"'{number}'" for number in numbers)
    fired = site.rows(f"""
        SELECT d.id, array_agg(e.rung ORDER BY e.level, e.id) FROM deadline d JOIN ticket t ON t.id = d.ticket_id
        LEFT JOIN escalation e ON e.deadline_id = d.id WHERE t.number IN ({wanted})
            AND d.clock IN ('petitioner', 'unit') GROUP BY d.id""")
    assert fired
    assert [row for row in fired if row[1] != WHOLE_LADDER] == []


def _promises_are_kept(site: Site, crowd: Crowd) -> None:
    assert crowd.faults == []
    assert crowd.promised
    kept = dict(site.rows("SELECT key, number FROM idempotency_key"))
    assert [p for p in crowd.promised if kept.get(p.key) != p.number] == []
    numbers = {number for (number,) in site.rows("SELECT number FROM ticket")}
    assert {p.number for p in crowd.promised} <= numbers
    assert site.rows("SELECT text, count(*) FROM ticket GROUP BY text HAVING count(*) > 1") == []
    with site.client() as client:
        for promised in crowd.promised[:: max(1, len(crowd.promised) // 20)]:
            reply = client.get(f"/api/v1/tickets/{promised.number}", params={"code": promised.code})
            assert reply.status_code == httpx.codes.OK, reply.text


def _messages_went_out_once(site: Site) -> None:
    """One message for each telling, each handed to the gateway once."""
    assert site.count("SELECT count(*) FROM message WHERE sent_at IS NULL") == 0
    decided = sorted(site.rows("SELECT key FROM message"))
    assert sorted(site.rows("SELECT key FROM demo_message")) == decided
    without_receipt = """SELECT t.number FROM ticket t WHERE NOT EXISTS (
        SELECT FROM message m WHERE m.ticket_id = t.id AND m.key LIKE 'receipt%')"""
    assert site.rows(without_receipt) == []


def _steps_left_one_trace_each(site: Site) -> None:
    """Escalation, entry of the trail and notice go together: a step done twice would leave a second trace."""
    escalations = site.count("SELECT count(*) FROM escalation")
    assert site.count("SELECT count(*) FROM trail WHERE kind = 'Escalated'") == escalations
    assert site.count("SELECT count(*) FROM notice WHERE key ~ '^escalation:[0-9]+$'") == escalations
