"""信访: accepted or not in writing, an opinion that somebody signs, and a record of how each document was served."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Message
from jiesu.sla.models import Deadline
from tests.builders.files import written
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all

OFFICER, HEAD, DESK = f"officer-{STATION}", f"unit_head-{STATION}", f"dispatcher-{CITY}"


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def petition(make):
    """A petition in a state, at the station."""

    async def file(state: str = "in_progress", **form):
        return await make.ticket(state, service_class="X", track="PETITION", **form)

    return file


@pytest.fixture(autouse=True)
async def whole(kernel, clock, jobs):
    """Whatever a test did, every law holds afterwards."""
    yield
    broken = [one for one in await check_all(kernel.db, clock.now(), files=kernel.files) if one.count]
    assert [one for one in broken if "due job" not in one.law] == []


@pytest.fixture
def notice(uow):
    """How the clock of the notice stands."""

    async def read(made) -> list[str]:
        rows = select(Deadline.state).where(Deadline.ticket_id == made.id, Deadline.target == "notice")
        return list(await uow.session.scalars(rows))

    return read


@pytest.fixture
def told(uow):
    async def read(made) -> str:
        newest = select(Message).where(Message.ticket_id == made.id).order_by(Message.id.desc()).limit(1)
        return (await uow.session.scalars(newest)).one().text

    return read


async def own(client, made) -> dict:
    return (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()


async def read_docx(client, url: str) -> str:
    reply = await client.get(url)
    assert reply.status_code == 200, reply.text
    return written(reply.content)


async def test_a_signature_is_no_acceptance(petition, notice, act):
    made = await petition()
    assert await notice(made) == ["running"]
    for step in ("contact",):
        await act(OFFICER, made, step, outcome="reached", note="已通话")
    reply = await act(OFFICER, made, "submit", result="已补发")
    assert (reply.status_code, reply.json()["title"]) == (409, "NotAcceptedYet")
    assert "submit" not in reply.json()


async def test_acceptance_is_told_in_writing_with_a_number_and_the_date_of_the_opinion(
    petition, notice, act, told, clock, jobs, client
):
    made = await petition()
    clock.set(at(11, 16, 10))
    reply = await act(OFFICER, made, "accept")
    assert (reply.status_code, reply.json()["status"]) == (200, "in_progress"), reply.text
    [document] = reply.json()["documents"]
    assert (document["kind"], document["number"], document["made"], document["url"]) == (
        "acceptance",
        "退信受〔2026〕1号",
        False,
        None,
    )
    assert await notice(made) == ["met"]
    assert "退信受〔2026〕1号" in await told(made)
    assert "2027年" not in await told(made)
    await jobs.run_due()
    [mine] = (await own(client, made))["documents"]
    text = await read_docx(client, mine["url"])
    for words in (
        "信访事项受理告知书",
        "退信受〔2026〕1号",
        "张建国",
        "2026年11月16日",
        "2027年1月4日前作出书面处理意见",
        made.number,
    ):
        assert words in text, words
    again = await act(OFFICER, made, "accept")
    assert (again.status_code, again.json()["title"]) == (409, "AcceptedAlready")


async def test_a_notice_after_fifteen_days_is_late_and_escalates(petition, notice, act, clock, jobs, uow):
    made = await petition()
    clock.set(at(11, 18, 9))  # the fifteenth day was the 17th
    await jobs.run_due()
    await act(OFFICER, made, "accept")
    assert await notice(made) == ["missed"]
    kinds = select(Message.text).where(Message.ticket_id == made.id)
    assert len(list(await uow.session.scalars(kinds))) >= 2


async def test_non_acceptance_ends_it_with_reasons_on_a_document(petition, notice, act, told, jobs, client):
    made = await petition()
    reply = await act(OFFICER, made, "refuse_acceptance", reason="outside", basis="请向市医保局申请。")
    assert (reply.status_code, reply.json()["status"]) == (200, "not_accepted"), reply.text
    assert await notice(made) == ["met"]
    assert "依法不予受理：不属于本机关、单位职权范围" in await told(made)
    await jobs.run_due()
    view = await own(client, made)
    assert view["reply"] == "请向市医保局申请。"
    assert [row["state"] for row in view["deadlines"] if row["state"] == "running"] == []
    assert "请向市医保局申请。" in await read_docx(client, view["documents"][0]["url"])
    assert (await act(OFFICER, made, "accept")).status_code == 409


async def test_the_result_of_a_petition_is_a_signed_opinion_that_says_where_to_turn(petition, act, make, jobs, client):
    made = await petition("under_review")
    reply = await act(HEAD, made, "approve", signer="李局长")
    assert reply.json()["status"] == "awaiting_survey", reply.text
    opinion = reply.json()["documents"][-1]
    assert (opinion["kind"], opinion["number"], opinion["signer"]) == ("opinion", "退信处〔2026〕1号", "李局长")
    await jobs.run_due()
    view = await own(client, made)
    text = await read_docx(client, view["documents"][-1]["url"])
    assert "负责人：李局长" in text
    assert "新城区退役军人服务中心申请复查" in text
    assert "已核实并补发三个月抚恤金。" in text


async def test_whoever_approves_signs_unless_somebody_else_is_named(petition, act):
    made = await petition("under_review")
    reply = await act(HEAD, made, "approve")
    assert reply.json()["documents"][-1]["signer"]


async def test_numbers_have_no_gaps_within_a_year_and_begin_anew_with_the_next(petition, act, clock):
    first, second, third = [await petition() for _ in range(3)]
    await act(OFFICER, first, "accept")
    assert (await act(OFFICER, first, "accept")).status_code == 409
    reply = await act(OFFICER, second, "accept")
    assert reply.json()["documents"][0]["number"] == "退信受〔2026〕2号"
    clock.set(datetime(2027, 1, 5, 9, tzinfo=SHANGHAI))
    reply = await act(OFFICER, third, "accept")
    assert reply.json()["documents"][0]["number"] == "退信受〔2027〕1号"


async def test_a_service_says_how_when_to_whom_and_by_whom(petition, act, clock):
    made = await petition()
    await act(OFFICER, made, "accept")
    clock.set(at(11, 3, 15))
    reply = await act(OFFICER, made, "serve", way="post", receiver="张建国之妻", at="2026-11-03T10:00", note="EMS 1234")
    assert reply.status_code == 200, reply.text
    [service] = reply.json()["documents"][0]["services"]
    assert (service["way_text"], service["receiver"], service["note"]) == ("邮寄送达", "张建国之妻", "EMS 1234")
    assert service["served_at"] == "2026-11-03T10:00:00+08:00"
    line = reply.json()["history"][-1]
    assert line["what"] == "邮寄送达受理告知书（退信受〔2026〕1号）"
    again = await act(OFFICER, made, "serve", way="post", receiver="本人")
    assert (again.status_code, again.json()["title"]) == (409, "NothingToServe")
    named = await act(OFFICER, made, "serve", way="in_person", receiver="本人", document="退信受〔2026〕1号")
    assert len(named.json()["documents"][0]["services"]) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({"receiver": ""}, "receiver"), ({"document": "退信受〔2020〕9号"}, "document"), ({"at": "2026-11-01T09:00"}, "at"),
     ({"at": "2026-12-01T09:00"}, "at"), ({"at": "soon"}, "at")],
)  # fmt: skip
async def test_a_service_that_cannot_be_names_the_field(petition, act, body, field):
    made = await petition()
    await act(OFFICER, made, "accept")
    reply = await act(OFFICER, made, "serve", **({"way": "post", "receiver": "本人"} | body))
    assert (reply.status_code, reply.json()["field"]) == (422, field)


async def test_whoever_opens_their_document_is_served(petition, act, jobs, client):
    made = await petition()
    await act(OFFICER, made, "accept")
    await jobs.run_due()
    page = await client.get("/t", params={"number": made.number})
    token = {"_csrf_token": client.cookies["csrftoken"]}
    await client.post("/t", data=token | {"number": made.number, "code": made.code})
    page = await client.get(f"/t/{made.number}")
    assert "信访事项受理告知书" in page.text
    for _ in range(2):
        assert (await client.get(f"/t/{made.number}/files/1")).status_code == 303
    [document] = (await own(client, made))["documents"]
    assert [one["way"] for one in document["services"]] == ["electronic"]


async def test_a_diverted_petition_has_its_route_on_a_document(petition, act, jobs, client):
    made = await petition("registered")
    reply = await act(DESK, made, "divert", reason="organisation", pointer="请向原单位党组织反映。")
    assert reply.json()["documents"][0]["kind"] == "diversion", reply.text
    await jobs.run_due()
    text = await read_docx(client, (await own(client, made))["documents"][0]["url"])
    assert "党组织或者组织人事程序" in text
    assert "请向原单位党组织反映。" in text


async def test_what_people_write_stands_in_the_document_as_text(petition, act, jobs, client):
    made = await petition()
    await act(OFFICER, made, "refuse_acceptance", reason="outside", basis="{{ 7*7 }} <b>粗</b> & {% raw %}")
    await jobs.run_due()
    text = await read_docx(client, (await own(client, made))["documents"][0]["url"])
    assert "{{ 7*7 }} &lt;b&gt;粗&lt;/b&gt; &amp; {% raw %}" in text


async def test_the_service_track_and_reports_know_no_acceptance(make, act):
    plain = await make.ticket("in_progress")
    report = await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    await make.step(report, "sign", "officer-CITY-DISCIPLINE")
    for who, made in ((OFFICER, plain), ("officer-CITY-DISCIPLINE", report)):
        reply = await act(who, made, "accept")
        assert (reply.status_code, reply.json()["title"]) == (409, "NoPetition")
    done = await act(f"unit_head-{STATION}", await make.ticket("under_review"), "approve")
    assert done.json()["documents"] == []


async def test_only_the_unit_that_has_it_accepts(petition, act):
    made = await petition()
    for who in (f"unit_head-{COUNTY}", DESK, f"supervisor-{CITY}"):
        assert (await act(who, made, "accept")).status_code == 403, who


async def test_the_class_of_a_petition_stays(petition, act):
    made = await petition()
    reply = await act(DESK, made, "reclass", **{"class": "P2"}, reason="x")
    assert (reply.status_code, reply.json()["title"]) == (409, "PetitionKeepsClass")


async def test_of_a_confidential_petition_superiors_get_no_document(petition, act, jobs, client, sign_in):
    made = await petition(confidential=True)
    await act(OFFICER, made, "accept")
    await jobs.run_due()
    for who, given in ((OFFICER, True), (f"supervisor-{CITY}", False)):
        headers = await sign_in(who)
        view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=headers)).json()
        assert (view["documents"][0]["url"] is not None) == given, who
        reply = await client.get(f"/desk/t/{made.number}/files/1", headers=headers)
        assert reply.status_code == (303 if given else 404), who


async def test_a_second_rendering_changes_nothing(petition, act, kernel, jobs, client):
    from workers.actor import HANDLERS

    made = await petition()
    await act(OFFICER, made, "accept")
    [job] = await jobs.pending(made.id, "document.render")
    for _ in range(2):
        await HANDLERS["document.render"].run(kernel, job.payload)
    await jobs.run_due()
    listed = await client.get(f"/api/v1/tickets/{made.number}/attachments", params={"code": made.code})
    assert listed.json() == []
    assert (await own(client, made))["documents"][0]["place"] == 1


async def test_more_time_is_told_in_writing_with_both_dates_and_the_reason(petition, act, jobs, client, clock):
    made = await petition()
    await act(OFFICER, made, "accept")
    clock.set(at(11, 20, 10))
    asked = await act(OFFICER, made, "extend", until="2027-01-20", reason="要向外地调档")
    assert asked.status_code == 200, asked.text
    granted = await act(HEAD, made, "grant_extension")
    assert granted.status_code == 200, granted.text
    await jobs.run_due()
    document = (await own(client, made))["documents"][-1]
    assert (document["kind"], document["number"]) == ("extension", "退信延〔2026〕1号")
    text = await read_docx(client, document["url"])
    for words in ("信访事项延期办理告知书", "原定2027年1月4日前", "改为2027年1月20日前", "要向外地调档", "第三十四条"):
        assert words in text, words


async def test_every_service_leaves_a_record_to_be_signed_that_only_the_desk_opens(
    petition, act, jobs, client, sign_in
):
    made = await petition()
    await act(OFFICER, made, "accept")
    served = await act(OFFICER, made, "serve", way="in_person", receiver="张建国", note="本人在家")
    assert served.json()["documents"][0]["services"][0]["place"] is None
    await jobs.run_due()
    headers = await sign_in(OFFICER)
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=headers)).json()
    [service] = view["documents"][0]["services"]
    files = await client.get(f"/api/v1/desk/tickets/{made.number}/attachments", headers=headers)
    assert files.json() == []
    link = await client.get(f"/desk/t/{made.number}/files/{service['place']}", headers=headers)
    text = await read_docx(client, link.headers["location"])
    for words in ("送 达 回 证", "退信受〔2026〕1号", "直接送达", "张建国", "本人在家", "收件人签名"):
        assert words in text, words
    mine = (await own(client, made))["documents"][0]["services"][0]
    assert mine["place"] is None
    await client.get("/t", params={"number": made.number})
    token = {"_csrf_token": client.cookies["csrftoken"]}
    await client.post("/t", data=token | {"number": made.number, "code": made.code})
    assert (await client.get(f"/t/{made.number}/files/{service['place']}")).status_code == 404
    page = await client.get(f"/desk/t/{made.number}", headers=headers)
    assert "送达回证" in page.text
