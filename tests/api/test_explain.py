"""Every deadline is explained: to staff, to its petitioner and on the command line, in the same lines."""

from __future__ import annotations

from datetime import datetime

import pytest

from jiesu.kit.clock import SHANGHAI
from jiesu.sla.models import Deadline, Move, MoveCause
from tests.builders.forms import CITY, COUNTY, STATION

OFFICER = f"officer-{STATION}"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def explained(client, sign_in):
    """The explanation of a ticket's deadline, as staff read it."""

    async def read(made, number: int, username: str = OFFICER, **params: str):
        url = f"/api/v1/desk/tickets/{made.number}/deadlines/{number}/explain"
        return await client.get(url, headers=await sign_in(username), params=params)

    return read


async def numbered(client, made) -> dict[tuple[str, str], int]:
    view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    return {(row["clock"], row["target"]): row["id"] for row in view["deadlines"]}


async def test_a_pause_and_an_extension_stand_in_the_timeline(act, make, clock, client, explained):
    made = await make.ticket("registered")
    clock.set(at(2, 10))
    await make.step(made, "request_info", f"intake-{COUNTY}")
    clock.set(at(4, 10))
    await make.supplement(made)
    await make.dispatch(made, STATION)
    await make.step(made, "sign", OFFICER)
    await act(OFFICER, made, "extend", until="2026-11-16", reason="等外单位回函")
    await act(f"unit_head-{COUNTY}", made, "grant_extension")
    number = (await numbered(client, made))["petitioner", "resolve"]
    reply = (await explained(made, number)).json()
    assert [step["kind"] for step in reply["steps"]] == [
        "start", "rule", "calendar", "pause", "skip", "skip", "extension", "due",
    ]  # fmt: skip
    lines = [step["text"] for step in reply["steps"]]
    assert lines[1].endswith(f"（时限规则 {reply['policy_version']} 版）")
    assert lines[3] == "暂停：11月2日（周一）10:00至11月4日（周三）10:00（等诉求人补充材料）"
    assert lines[6] == (
        "延期：原定11月11日（周三）17:30，延至11月16日（周一）17:30，由新城区退役军人服务中心批准，原因：等外单位回函"
    )
    assert (reply["due_at"], reply["start_at"]) == ("2026-11-16T17:30:00+08:00", "2026-11-02T09:00:00+08:00")


async def test_page_petitioner_and_staff_read_the_same_lines(make, client, explained):
    made = await make.ticket("in_progress")
    own = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    for row in own["deadlines"]:
        url = f"/api/v1/tickets/{made.number}/deadlines/{row['id']}/explain"
        mine = (await client.get(url, params={"code": made.code})).json()
        theirs = (await explained(made, row["id"])).json()
        assert [step["text"] for step in mine["steps"]] == row["explanation"]
        assert mine == theirs


async def test_it_is_told_in_english_too(make, explained):
    made = await make.ticket("in_progress")
    reply = (await explained(made, 2, lang="en")).json()
    assert reply["name"] == "Answer"
    assert all(step["text"].isascii() for step in reply["steps"])


async def test_a_date_that_a_published_calendar_moved_says_so(make, kernel, client, explained, clock):
    made = await make.ticket("in_progress")
    number = (await numbered(client, made))["petitioner", "resolve"]
    async with kernel.db.begin() as uow:
        rows = await uow.session.scalars(
            Deadline.__table__.select().where(Deadline.ticket_id == made.id).order_by(Deadline.id)
        )
        row = await uow.session.get_one(Deadline, list(rows)[number - 1])
        move = Move(
            deadline_id=row.id, ticket_id=made.id, cause=MoveCause.CALENDAR, old_due_at=row.due_at, new_due_at=at(10, 17, 30),
            calendar_version="x", moved_at=uow.now,
        )  # fmt: skip
        uow.add(move)
        row.due_at = at(10, 17, 30)
    lines = [step["text"] for step in (await explained(made, number)).json()["steps"]]
    assert "日历更新：11月2日（周一）公布了新的放假安排，原定11月9日（周一）17:30，改为11月10日（周二）17:30" in lines


async def test_only_who_may_see_the_ticket_may_ask(make, client, explained):
    made = await make.ticket("in_progress")
    assert (await explained(made, 1, f"callback-{COUNTY}")).status_code == 200
    for username in ("officer-VS-150103", f"administrator-{CITY}"):
        assert (await explained(made, 1, username)).status_code == 404, username
    url = f"/api/v1/tickets/{made.number}/deadlines/1/explain"
    assert (await client.get(url, params={"code": "AAAAAAAA"})).status_code == 404
    assert (await client.get(url)).status_code == 400
    assert (await client.get(f"/api/v1/desk/tickets/{made.number}/deadlines/1/explain")).status_code == 401


@pytest.mark.parametrize("number", [0, 99, -1])
async def test_a_deadline_that_is_not_there_is_not_found(make, explained, number):
    reply = await explained(await make.ticket("in_progress"), number)
    assert (reply.status_code, reply.json()["title"]) == (404, "DeadlineNotFound")


async def test_a_number_stays_with_its_deadline(act, make, client, explained):
    made = await make.ticket("in_progress")
    before = (await explained(made, 2)).json()
    await act(f"dispatcher-{COUNTY}", made, "reclass", **{"class": "P1"}, reason="老人住院")
    after = (await explained(made, 2)).json()
    assert (before["state"], after["state"]) == ("running", "cancelled")
    assert before["steps"] == after["steps"]


async def test_a_sealed_report_s_explanation_names_no_unit_to_its_petitioner(act, make, client, explained):
    keeper = "CITY-DISCIPLINE"
    made = await make.filed(text="实名检举服务站工作人员收受礼品、优亲厚友，要求纪检部门查处。", nature="report")
    if (await make.load(made)).lead_unit is None:
        await make.dispatch(made, keeper, by=f"dispatcher-{keeper}")
    await make.step(made, "sign", f"officer-{keeper}")
    await act(f"officer-{keeper}", made, "extend", until="2027-01-11", reason="正在核查")
    await act(f"unit_head-{keeper}", made, "grant_extension")
    number = (await numbered(client, made))["petitioner", "opinion"]
    url = f"/api/v1/tickets/{made.number}/deadlines/{number}/explain"
    told = str((await client.get(url, params={"code": made.code})).json())
    assert "原因：正在核查" in told
    assert "批准" not in told
    assert "批准" in str((await explained(made, number, f"officer-{keeper}")).json())
