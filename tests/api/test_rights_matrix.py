"""The rights matrix: every route × every role × every position towards a ticket; nothing hidden leaks anywhere.

What is expected stands in the tables below and is written by hand from domain.md §1 and §7; no code of ours is asked.
A route that stands in no table fails the first test.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from httpx import AsyncClient, Response
from litestar import Litestar
from litestar.routes import HTTPRoute

from jiesu.desk.board.cuts import What
from jiesu.desk.queue import View
from jiesu.web.actions import ACTIONS
from tests.builders.desk import SMALLEST
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE
from tests.builders.make import YES, Made

OTHER, KEEPER, INSTITUTION = "VS-150103", "CITY-DISCIPLINE", "INST-VETERANS"
READERS = ("intake", "dispatcher", "officer", "unit_head", "callback", "supervisor")
BLIND = ("administrator", "security", "auditor")

#: Ticket-less for everybody: forms, lists of public facts, signs of life.
OPEN = {
    ("GET", "/"), ("GET", "/privacy"), ("GET", "/file"), ("POST", "/file"), ("POST", "/file/steps"), ("GET", "/receipt"), ("GET", "/login"),
    ("POST", "/login"), ("POST", "/logout"), ("GET", "/t"), ("POST", "/t"), ("POST", "/t/leave"), ("POST", "/api/v1/tickets"),
    ("GET", "/api/v1/receptions"), ("GET", "/api/v1/receptions/{ref:str}"), ("POST", "/api/v1/receptions/{ref:str}/bookings"),
    ("POST", "/api/v1/receptions/bookings/cancel"), ("GET", "/reception"), ("POST", "/reception/cancel"), ("GET", "/reception/{ref:str}"),
    ("POST", "/reception/{ref:str}"),  # tests/api/test_receptions.py
    ("GET", "/api/v1/categories"), ("GET", "/api/v1/places"), ("POST", "/api/v1/session"), ("GET", "/health/live"),
    ("GET", "/health/ready"), ("GET", "/health/work"), ("GET", "/metrics"), ("GET", "/schema"), ("GET", "/schema/openapi.json"),
    ("GET", "/schema/{path:str}"), ("GET", "/static/{file_path:path}"),
}  # fmt: skip
#: The demo's own, which exists on loopback only: it shows what the telephone would.
DEMO = {("GET", "/demo"), ("GET", "/demo/inbox"), ("GET", "/api/v1/demo/users"), ("GET", "/api/v1/demo/messages")}
#: Opened by the query code, or by the token of a survey; tests/api/test_following.py and test_surveys.py try wrong ones.
BY_CODE = {
    ("GET", "/api/v1/tickets/{number:str}"), ("GET", "/api/v1/tickets/{number:str}/deadlines/{id:int}/explain"),
    ("POST", "/api/v1/tickets/{number:str}/supplement"), ("POST", "/api/v1/tickets/{number:str}/withdraw"),
    ("POST", "/api/v1/tickets/{number:str}/recheck"), ("POST", "/api/v1/tickets/{number:str}/review"),
    ("POST", "/api/v1/tickets/{number:str}/reopen"), ("GET", "/api/v1/tickets/{number:str}/attachments"),
    ("POST", "/api/v1/tickets/{number:str}/attachments"), ("GET", "/t/{number:str}/files/{place:int}"), ("GET", "/files/{link:str}"),
    ("GET", "/api/v1/tickets/{number:str}/consents"), ("POST", "/api/v1/tickets/{number:str}/consents/{purpose:str}/withdraw"),
    ("GET", "/t/{number:str}"), ("POST", "/t/{number:str}"),
    ("POST", "/api/v1/tickets/{number:str}/copy"), ("POST", "/t/{number:str}/copy"),
    ("GET", "/api/v1/surveys/{token:str}"), ("POST", "/api/v1/surveys/{token:str}"),
    ("GET", "/s/{token:str}"), ("POST", "/s/{token:str}"),
}  # fmt: skip
#: Opened by a code sent to the telephone; tests/api/test_my.py tries other telephones and wrong codes.
BY_TELEPHONE = {
    ("POST", "/api/v1/my/code"), ("POST", "/api/v1/my/session"), ("DELETE", "/api/v1/my/session"),
    ("GET", "/api/v1/my/tickets"), ("GET", "/api/v1/my/tickets/{number:str}"), ("GET", "/my"), ("POST", "/my/code"),
    ("POST", "/my/enter"), ("POST", "/my/leave"), ("GET", "/my/{number:str}"), ("POST", "/my/{number:str}"), ("GET", "/my/{number:str}/files/{place:int}"),
    ("POST", "/my/{number:str}/copy"),
}  # fmt: skip
#: About one ticket, for staff who may see it; to everybody else it does not exist.
ONE_TICKET = {
    ("GET", "/api/v1/desk/tickets/{number:str}"),
    ("GET", "/api/v1/desk/tickets/{number:str}/deadlines/{id:int}/explain"),
    ("GET", "/api/v1/desk/tickets/{number:str}/attachments"),
    ("POST", "/api/v1/desk/tickets/{number:str}/attachments"),
    ("GET", "/api/v1/desk/tickets/{number:str}/replies"),
    ("GET", "/api/v1/desk/tickets/{number:str}/earlier"),
    ("GET", "/api/v1/desk/tickets/{number:str}/person"),  # tests/api/test_personal_file.py
    ("GET", "/desk/t/{number:str}/person"),
    ("GET", "/api/v1/desk/tickets/{number:str}/alike"),
    ("GET", "/desk/t/{number:str}"),
    ("GET", "/desk/t/{number:str}/earlier"),
    ("POST", "/desk/t/{number:str}/draft"),
    ("POST", "/desk/t/{number:str}/presence"),
    ("GET", "/desk/t/{number:str}/files/{place:int}"),
    ("POST", "/desk/t/{number:str}/files"),
    ("POST", "/api/v1/desk/tickets/{number:str}/reveal"),
    ("POST", "/api/v1/desk/tickets/{number:str}/{action:str}"),
    ("POST", "/desk/t/{number:str}"),
    ("POST", "/board/escalations/{number:str}"),
    ("POST", "/board/approvals/{number:str}"),
}
#: For whoever reviews texts that look classified; tests/api/test_withheld.py holds them.
KEEPERS_OWN = {
    ("GET", "/api/v1/desk/withheld"), ("POST", "/api/v1/desk/withheld/{number:str}/{position:int}/read"),
    ("POST", "/api/v1/desk/withheld/{number:str}/{position:int}/review"),
    ("GET", "/desk/withheld"), ("POST", "/desk/withheld/{number:str}/{position:int}"),
}  # fmt: skip
#: People a unit keeps in touch with; tests/api/test_outreach.py tries other units and roles.
CONTACTS = {
    ("GET", "/api/v1/desk/receptions"), ("POST", "/api/v1/desk/receptions"), ("GET", "/api/v1/desk/receptions/{ref:str}"),
    ("POST", "/api/v1/desk/receptions/{ref:str}/cancel"), ("POST", "/api/v1/desk/receptions/{ref:str}/bookings/{number:str}/attendance"),
    ("POST", "/api/v1/desk/receptions/{ref:str}/bookings/{number:str}/ticket"), ("GET", "/receptions"), ("POST", "/receptions"),
    ("GET", "/receptions/{ref:str}"), ("POST", "/receptions/{ref:str}"),  # tests/api/test_receptions.py
    ("GET", "/api/v1/desk/contacts"), ("POST", "/api/v1/desk/contacts"), ("GET", "/api/v1/desk/contacts/{ref:str}"),
    ("POST", "/api/v1/desk/contacts/{ref:str}/contact"), ("POST", "/api/v1/desk/contacts/{ref:str}/change"),
    ("POST", "/api/v1/desk/contacts/{ref:str}/end"), ("POST", "/api/v1/desk/contacts/{ref:str}/reveal"),
    ("POST", "/api/v1/desk/contacts/{ref:str}/ticket"),
    ("GET", "/contacts"), ("POST", "/contacts"), ("GET", "/contacts/{ref:str}"), ("POST", "/contacts/{ref:str}"),
}  # fmt: skip
#: About many tickets: what may not be seen is not in it.
MANY_TICKETS = {
    ("GET", "/api/v1/desk/tickets"), ("GET", "/api/v1/desk/counts"), ("GET", "/api/v1/desk/notices"),
    ("POST", "/api/v1/desk/notices/read"), ("POST", "/desk/notices"), ("GET", "/api/v1/desk/units"),
    ("GET", "/api/v1/board/overview"), ("GET", "/api/v1/board/escalations"), ("GET", "/api/v1/board/rates"),
    ("GET", "/api/v1/board/rates/tickets"), ("GET", "/api/v1/board/rates/by"), ("GET", "/api/v1/board/rates/uncounted"), ("GET", "/api/v1/board/punctuality"),
    ("GET", "/api/v1/board/punctuality/tickets"), ("GET", "/board/rates"), ("GET", "/board/dates"), ("GET", "/api/v1/board/co-handling"), ("GET", "/api/v1/board/trend"), ("GET", "/api/v1/board/hotspots"),
    ("POST", "/api/v1/board/figures/export"), ("POST", "/board/figures/export"), ("POST", "/api/v1/desk/export"), ("POST", "/desk/export"),  # tests/api/test_exports.py
    ("GET", "/api/v1/board/tickets"), ("GET", "/board/list"), ("POST", "/api/v1/board/export"), ("POST", "/api/v1/board/export/prepared"), ("POST", "/board/export"), ("POST", "/api/v1/board/rates/export"), ("POST", "/board/rates/export"),
    ("GET", "/api/v1/board/topics"), ("POST", "/api/v1/board/topics/tasks"), ("POST", "/api/v1/board/topics/tasks/{ref:str}/done"),
    ("POST", "/api/v1/board/topics/tasks/{ref:str}/withdraw"), ("GET", "/board/topics"), ("POST", "/board/topics"),  # tests/api/test_topics.py
    ("GET", "/api/v1/board/league"), ("GET", "/board/league"),  # tests/api/test_league.py
    ("GET", "/api/v1/board/reports/{period:str}"), ("POST", "/api/v1/board/reports/{period:str}/document"), ("GET", "/board/reports"),
    ("GET", "/board/reports/{period:str}"), ("POST", "/board/reports/{period:str}/document"),  # tests/api/test_reports.py
    ("GET", "/board/escalations"), ("GET", "/board/approvals"), ("GET", "/board/screen"), ("GET", "/desk"), ("GET", "/desk/new"), ("POST", "/desk/new"), ("POST", "/desk/new/aside"),
    ("GET", "/api/v1/desk/calls"), ("GET", "/desk/calls"),
    ("GET", "/api/v1/desk/policies"), ("GET", "/api/v1/desk/policies/cited"), ("GET", "/api/v1/desk/policies/cited/tickets"),
    ("GET", "/policies"), ("GET", "/policies/beside"), ("GET", "/policies/cited"),  # tests/api/test_policies.py
    ("GET", "/board"), ("GET", "/board/tickets"), ("GET", "/api/v1/session"), ("DELETE", "/api/v1/session"),
    ("POST", "/api/v1/desk/bulk"), ("POST", "/desk/bulk"),  # tests/api/test_bulk.py
    ("GET", "/api/v1/stream"),  # which never ends: tests/web/test_stream.py
}  # fmt: skip
#: The administrator's alone; no ticket in it.
ADMINISTRATORS = {
    ("GET", "/api/v1/admin/calendar/years/{year:int}"), ("PUT", "/api/v1/admin/calendar/years/{year:int}"),
    ("GET", "/api/v1/admin/calendar/hours/{unit:str}"), ("PUT", "/api/v1/admin/calendar/hours/{unit:str}"),
    ("GET", "/api/v1/admin/dead-letters"), ("POST", "/api/v1/admin/dead-letters/{letter:str}/retry"),
    ("POST", "/api/v1/admin/dead-letters/{letter:str}/discard"), ("GET", "/api/v1/admin/users"),
    ("POST", "/api/v1/admin/users"), ("POST", "/api/v1/admin/users/{username:str}/activate"),
    ("POST", "/api/v1/admin/users/{username:str}/deactivate"), ("POST", "/api/v1/admin/users/{username:str}/posts/add"),
    ("POST", "/api/v1/admin/users/{username:str}/posts/remove"),
    ("POST", "/api/v1/admin/users/{username:str}/link"), ("POST", "/api/v1/admin/users/{username:str}/unlink"),
    ("POST", "/api/v1/admin/users/{username:str}/reset-password"),
    ("POST", "/api/v1/admin/users/{username:str}/reset-second-factor"),
    ("POST", "/api/v1/admin/users/{username:str}/end-sessions"), ("POST", "/api/v1/admin/users/{username:str}/release"),
    ("GET", "/admin"), ("GET", "/admin/users"), ("GET", "/admin/users/new"), ("POST", "/admin/users/new"),
    ("GET", "/admin/users/{username:str}"), ("POST", "/admin/users/{username:str}"), ("GET", "/admin/work"),
    ("GET", "/admin/calendar"), ("GET", "/admin/calendar/{year:int}"), ("GET", "/admin/calendar/{year:int}/edit"),
    ("POST", "/admin/calendar/{year:int}/edit"), ("GET", "/admin/calendar/hours"), ("GET", "/admin/calendar/hours/{unit:str}"),
    ("GET", "/admin/policies"), ("GET", "/admin/policies/categories"), ("GET", "/admin/policies/diff"), ("GET", "/admin/messages"),
    ("GET", "/admin/units"), ("GET", "/admin/units/import"), ("POST", "/admin/units/import"), ("POST", "/admin/units/import/apply"),
    ("GET", "/admin/units/{unit:str}"), ("POST", "/admin/calendar/hours/{unit:str}"), ("POST", "/admin/work/retry"), ("POST", "/admin/work/{letter:str}/retry"), ("POST", "/admin/work/{letter:str}/discard"),
}  # fmt: skip
#: The auditor's alone.
AUDITORS = {
    ("GET", "/api/v1/audit/security"), ("GET", "/api/v1/audit/entries"), ("POST", "/api/v1/audit/export"),
    ("GET", "/api/v1/audit/pressed"), ("GET", "/audit"), ("POST", "/audit/export"), ("GET", "/audit/pressed"),
}  # fmt: skip
#: The security officer's alone.
SECURITY = {("GET", "/security")}
#: About nobody but whoever is signed in; tests/api/test_session*.py, test_posts.py and test_passwords.py hold them.
ONES_OWN = {
    ("GET", "/api/v1/board/files"), ("GET", "/api/v1/board/files/{ref:str}"), ("GET", "/api/v1/board/files/{ref:str}/content"),
    ("GET", "/board/files"), ("GET", "/board/files/{ref:str}"),  # tests/api/test_reports.py
    ("GET", "/api/v1/desk/filters"), ("POST", "/api/v1/desk/filters"), ("PATCH", "/api/v1/desk/filters/{id:int}"),
    ("DELETE", "/api/v1/desk/filters/{id:int}"), ("POST", "/desk/filters"),  # tests/api/test_filters.py
    ("GET", "/account"), ("GET", "/account/password"), ("POST", "/account/password"), ("GET", "/account/post"),
    ("POST", "/account/post"), ("GET", "/account/second-factor"), ("POST", "/account/second-factor"),
    ("POST", "/account/sessions/end"), ("POST", "/account/sessions/{session:str}/end"),
    ("GET", "/api/v1/sessions"), ("DELETE", "/api/v1/sessions"), ("DELETE", "/api/v1/sessions/{session:str}"),
    ("POST", "/api/v1/session/password"), ("POST", "/api/v1/session/post"),
    ("POST", "/api/v1/session/second-factor"), ("POST", "/api/v1/session/second-factor/confirm"),
}  # fmt: skip

#: ticket → units whose readers may see it (of a sealed one, whose keepers); all others may not know of it.
POSITIONS = (CITY, COUNTY, STATION, VILLAGE, OTHER, KEEPER, INSTITUTION)
SEEN_BY = {
    "plain": {CITY, COUNTY, STATION},
    "accusing": {CITY, INSTITUTION},
    "sealed": {KEEPER},
    "recused": {CITY, COUNTY, STATION},
}
#: Who has an interest in that one, from whatever unit.
RECUSED = {("supervisor", CITY), ("unit_head", COUNTY), ("officer", STATION)}
KEEPING = ("dispatcher", "officer", "unit_head")
#: Words of the tickets' texts, which stand nowhere else.
MARKS = {"plain": "紫色大象", "accusing": "绿色骆驼", "sealed": "蓝色河马", "recused": "黄色长颈鹿"}


def routes(app: Litestar) -> Iterator[tuple[str, str]]:
    """Every method and path the application answers."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            yield from ((method, route.path) for method in route.route_handler_map if method not in ("OPTIONS", "HEAD"))


def may_see(kind: str, role: str, unit: str) -> bool:
    if role in BLIND or unit not in SEEN_BY[kind] or (kind == "recused" and (role, unit) in RECUSED):
        return False
    return role in KEEPING if kind == "sealed" else True


@pytest.fixture
async def tickets(make, jobs, clock, act) -> dict[str, Made]:
    """One that a station has, one that accuses the county above it, one sealed report, one that some are recused from.

    All are late, so that much is told.
    """
    filed = {
        "plain": await make.ticket("in_progress", text=f"我的事情和{MARKS['plain']}有关，请帮忙看一看。"),
        "accusing": await make.ticket(
            "in_progress",
            unit=INSTITUTION,
            accused_unit=COUNTY,
            text=f"中心的人对{MARKS['accusing']}不管不问，请上级处理。",
        ),
        "sealed": await make.filed(
            text=f"我要举报站里的工作人员收受{MARKS['sealed']}好处费，替人虚报材料。", nature="report"
        ),
        "recused": await make.ticket("in_progress", text=f"我的事情和{MARKS['recused']}有关，请帮忙看一看。"),
    }
    for role, unit in sorted(RECUSED):
        assert (await act(f"{role}-{unit}", filed["recused"], "recuse", reason="亲戚")).status_code == 200
    clock.advance(timedelta(days=20))
    await jobs.run_due()
    return filed


@pytest.fixture
async def people(sign_in) -> dict[tuple[str, str], dict[str, str]]:
    """Everybody's headers, by role and unit."""
    signed = {(role, unit): await sign_in(f"{role}-{unit}") for unit in POSITIONS for role in READERS}
    signed |= {(role, CITY): await sign_in(f"{role}-{CITY}") for role in BLIND}
    return signed


def test_every_route_stands_in_one_table(client: AsyncClient):
    app = client._transport.app  # type: ignore[attr-defined]
    tables = (
        OPEN,
        DEMO,
        BY_CODE,
        BY_TELEPHONE,
        ONE_TICKET,
        KEEPERS_OWN,
        CONTACTS,
        MANY_TICKETS,
        ADMINISTRATORS,
        AUDITORS,
        SECURITY,
        ONES_OWN,
    )
    listed = [entry for table in tables for entry in table]
    assert len(listed) == len(set(listed))
    assert set(routes(app)) == set(listed)


def leaks(reply: Response, kind: str, made: Made) -> bool:
    """Whether an answer names the ticket or says anything of it."""
    return MARKS[kind] in reply.text or made.number in reply.text


async def test_one_ticket_is_there_for_whoever_may_see_it_and_for_nobody_else(client, tickets, people):
    wrong = []
    for kind, made in tickets.items():
        for (role, unit), headers in people.items():
            for path in (
                f"/api/v1/desk/tickets/{made.number}",
                f"/api/v1/desk/tickets/{made.number}/deadlines/1/explain",
                f"/api/v1/desk/tickets/{made.number}/attachments",
                f"/api/v1/desk/tickets/{made.number}/replies",
                f"/api/v1/desk/tickets/{made.number}/earlier",
                f"/api/v1/desk/tickets/{made.number}/alike",
                f"/desk/t/{made.number}/earlier",
            ):
                status = (await client.get(path, headers=headers)).status_code
                if status != (200 if may_see(kind, role, unit) else 404):
                    wrong.append((kind, role, unit, path, status))
            page = await client.get(f"/desk/t/{made.number}", headers=headers)
            if (page.status_code == 200 and MARKS[kind] in page.text) != may_see(kind, role, unit):
                wrong.append((kind, role, unit, "page", page.status_code))
    assert wrong == []


@pytest.mark.timeout(600)
async def test_no_step_of_anybody_who_may_not_see_it_tells_that_it_is_there(client, tickets, people):
    """The answer is the same to the byte as for a ticket that does not exist."""
    unknown, wrong, nothing = "HH20260101-00001-3", [], {}
    for (role, unit), headers in people.items():
        hidden = {kind: made for kind, made in tickets.items() if not may_see(kind, role, unit)}
        for action in (*ACTIONS, "reveal"):
            body = SMALLEST.get(action, {})
            if action not in nothing:
                url = f"/api/v1/desk/tickets/{unknown}/{action}"
                nothing[action] = await client.post(url, json=body, headers=headers)
                assert nothing[action].status_code == 404, (action, nothing[action].text)
            none = nothing[action].status_code, nothing[action].content
            for kind, made in hidden.items():
                reply = await client.post(f"/api/v1/desk/tickets/{made.number}/{action}", json=body, headers=headers)
                if (reply.status_code, reply.content) != none:
                    wrong.append((kind, role, unit, action, reply.status_code, reply.text))
    assert wrong == []


@pytest.mark.timeout(600)
async def test_no_list_count_notice_or_figure_holds_what_may_not_be_seen(client, tickets, people):
    places = [f"/api/v1/desk/tickets?view={view}" for view in View]
    places += [f"/api/v1/desk/tickets?view=all&q={q}" for q in (*MARKS.values(), "13800138000")]
    places += [f"/api/v1/desk/tickets?view=all&q={made.number}" for made in tickets.values()]
    places += [
        "/api/v1/desk/notices",
        "/api/v1/board/escalations",
        "/api/v1/board/rates/tickets",
        "/api/v1/board/rates/uncounted",
        "/api/v1/board/punctuality/tickets?clock=petitioner&target=resolve",
        "/board/dates?clock=petitioner&target=resolve",
        "/board/rates",
        "/api/v1/board/overview",
        "/api/v1/board/hotspots?of=month",
    ]
    places += [f"{path}?what={what}" for path in ("/api/v1/board/tickets", "/board/list") for what in What]
    places += ["/board/escalations", "/board/approvals", "/board/screen"]
    places += [
        "/board/topics",
        "/api/v1/board/topics",
        "/board/reports/2026-11",
        "/api/v1/board/reports/2026-11",
        "/api/v1/board/reports/2026-W47",
    ]
    places += [f"/api/v1/desk/tickets/{made.number}/earlier" for made in tickets.values()]
    places += ["/api/v1/desk/calls", "/desk/calls", "/desk?view=all", "/board", "/board/tickets"]
    wrong, found = [], set()
    for (role, unit), headers in people.items():
        for place in places:
            reply = await client.get(place, headers=headers)
            assert reply.status_code < 500, (place, reply.text)
            for kind, made in tickets.items():
                asked_for = made.number in place or MARKS[kind] in place  # a search page may repeat what was typed
                if not may_see(kind, role, unit) and (
                    leaks(reply, kind, made) and not (asked_for and "/desk?" in place)
                ):
                    wrong.append((kind, role, unit, place))
                elif leaks(reply, kind, made):
                    found.add((kind, unit))
    assert wrong == []
    assert found >= {
        ("plain", STATION),
        ("plain", COUNTY),
        ("accusing", INSTITUTION),
        ("sealed", KEEPER),
        ("recused", STATION),
    }


async def test_no_number_counts_what_may_not_be_seen(client, tickets, people):
    """Tabs, notices, and what "mark as read" answers."""
    wrong = []
    for (role, unit), headers in people.items():
        seen = {made.number for kind, made in tickets.items() if may_see(kind, role, unit)}
        counted = (await client.get("/api/v1/desk/counts", headers=headers)).json()
        if any(number > len(seen) for number in counted["views"].values()):
            wrong.append((role, unit, "counts", counted))
        told = (await client.get("/api/v1/desk/notices", headers=headers)).json()
        read = (await client.post("/api/v1/desk/notices/read", headers=headers)).json()
        if {notice["number"] for notice in told} - seen or read != {"read": len(told)}:
            wrong.append((role, unit, "notices", read, len(told)))
    assert wrong == []


async def test_no_figure_of_the_board_counts_what_may_not_be_seen(client, tickets, people):
    wrong = []
    for (role, unit), headers in people.items():
        seen = sum(may_see(kind, role, unit) for kind in tickets)
        replies = [await client.get(f"/api/v1/board/{path}", headers=headers) for path in BOARD]
        if {reply.status_code for reply in replies} == {403}:
            continue
        overview, trend, map_ = (reply.json() for reply in replies)
        numbers = [*overview["queues"].values(), *(row["open"] for row in overview["units"])]
        numbers += [day["backlog"] for day in trend["days"]] + [sum(day["arrived"] for day in trend["days"])]
        numbers += [sum(cell["tickets"] for cell in map_["heat"]["cells"])]
        if max(numbers) != seen or sum(level["waiting"] for level in overview["escalations"]) > 4 * seen:
            wrong.append((role, unit, seen, numbers))
    assert wrong == []


BOARD = ("overview", "trend", "hotspots?of=month")


async def test_no_rate_counts_what_may_not_be_seen(client, make, act, sign_in):
    """Three answered ones: a plain one, one that the officer is recused from, a sealed report."""
    await make.ticket("closed")
    recused = await make.ticket("in_progress")
    await act(f"officer-{STATION}", recused, "recuse", reason="亲戚")
    sealed = await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    await make.step(sealed, "sign", f"officer-{KEEPER}")
    for made, unit in ((recused, STATION), (sealed, KEEPER)):
        for step in ("contact", "submit", "approve"):
            await make.step(made, step, f"unit_head-{unit}")
        await make.answer(made, **YES)
    bases = {}
    for post in (f"officer-{STATION}", f"unit_head-{STATION}", f"supervisor-{CITY}", f"unit_head-{KEEPER}"):
        rates = (await client.get("/api/v1/board/rates?month=2026-11", headers=await sign_in(post))).json()
        bases[post] = rates["units"][0]["subtree"]["base"]
    assert list(bases.values()) == [1, 2, 2, 1], bases


async def test_what_is_the_administrators_or_the_auditors_is_nobody_elses(client, people):
    calls = [
        ("GET", "/api/v1/admin/calendar/years/2027"), ("PUT", "/api/v1/admin/calendar/years/2027?dry_run=true"),
        ("GET", f"/api/v1/admin/calendar/hours/{STATION}"), ("PUT", f"/api/v1/admin/calendar/hours/{STATION}?dry_run=true"),
        ("GET", "/api/v1/admin/dead-letters"), ("POST", "/api/v1/admin/dead-letters/1/retry"),
        ("POST", "/api/v1/admin/dead-letters/1/discard"), ("GET", "/api/v1/admin/users"),
        ("POST", "/api/v1/admin/users/nobody/deactivate"), ("POST", "/api/v1/admin/users/nobody/activate"),
        ("POST", "/api/v1/admin/users/nobody/reset-password"), ("POST", "/api/v1/admin/users/nobody/reset-second-factor"),
        ("POST", "/api/v1/admin/users/nobody/end-sessions"), ("POST", "/api/v1/admin/users/nobody/release"),
        ("GET", "/admin"), ("GET", "/admin/users"), ("GET", "/admin/users/new"), ("GET", "/admin/users/nobody"),
        ("GET", "/admin/work"), ("GET", "/security"), ("GET", "/admin/calendar"), ("GET", "/admin/calendar/2027"),
        ("GET", "/admin/policies"), ("GET", "/admin/policies/categories"), ("GET", "/admin/policies/diff"), ("GET", "/admin/messages"),
        ("GET", "/admin/units"), ("GET", "/admin/units/import"), ("GET", f"/admin/units/{STATION}"),
        ("GET", "/admin/calendar/2027/edit"), ("GET", "/admin/calendar/hours"), ("GET", f"/admin/calendar/hours/{STATION}"),
        ("POST", "/api/v1/admin/users/nobody/link"), ("POST", "/api/v1/admin/users/nobody/unlink"),
        ("POST", "/api/v1/admin/users/nobody/posts/add"), ("POST", "/api/v1/admin/users/nobody/posts/remove"),
        ("POST", "/api/v1/admin/users"), ("GET", "/api/v1/audit/security"), ("GET", "/api/v1/audit/entries"),
        ("POST", "/api/v1/audit/export"), ("GET", "/api/v1/audit/pressed"), ("GET", "/audit"), ("GET", "/audit/pressed"),
    ]  # fmt: skip
    bodies = {
        "hours": {"schedule": []},
        "years": {"year": 2027, "published": False},
        "export": {},
        "link": {"subject": "x"},
    }
    bodies |= {"posts": {"role": "officer", "unit": STATION}, "users": {"username": "x", "name": "某人", "posts": []}}
    for (role, unit), headers in people.items():
        for method, path in calls:
            body = (
                next((body for word, body in bodies.items() if f"/{word}" in path), None) if method != "GET" else None
            )
            reply = await client.request(method, path, headers=headers, json=body)
            theirs = "auditor" if "audit" in path else "security" if path == "/security" else "administrator"
            assert (reply.status_code == 403) == (role != theirs), (role, unit, path, reply.status_code, reply.text)


async def test_nobody_who_is_not_signed_in_is_told_anything(client, tickets):
    for method, path in sorted(
        ONE_TICKET | KEEPERS_OWN | CONTACTS | MANY_TICKETS | ADMINISTRATORS | AUDITORS | SECURITY | ONES_OWN
    ):
        for made in tickets.values():
            url = path.replace("{number:str}", made.number).replace("{action:str}", "sign").replace("{id:int}", "1")
            url = (
                url.replace("{year:int}", "2027")
                .replace("{unit:str}", STATION)
                .replace("{letter:str}", "1")
                .replace("{username:str}", "x")
                .replace("{ref:str}", "x")
                .replace("{session:str}", "x")
                .replace("{place:int}", "1")
                .replace("{position:int}", "1")
                .replace("{period:str}", "2026-11")
            )
            wanted = {
                "clock": "unit",
                "target": "resolve",
                "by": "category",
            } | (
                {"what": "league"} if "/figures/" in path else {}
            )  # by some lists, and no more of a secret than the address
            body = {} if method in ("POST", "PUT") else None
            reply = await client.request(method, url, json=body, params=wanted)
            assert not any(mark in reply.text for mark in MARKS.values()), (method, url)  # it may repeat the address
            assert reply.status_code in (204, 302, 303, 401, 403), (method, url, reply.status_code)
