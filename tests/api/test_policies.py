"""The policy library beside the ticket: searched, cited, and asked afterwards which were cited."""

from __future__ import annotations

from tests.builders.forms import CITY, STATION

OFFICER, OTHER = f"officer-{STATION}", "officer-VS-150103"
POLICIES = "/api/v1/desk/policies"
RESULT = "经核实，依据《军人抚恤优待条例》第三章和《信访工作条例》第三十四条，已补发三个月抚恤金。"
CHAPTER = {"policy": "military-pensions-2024", "article": "chapter-3"}


async def cited(client, headers) -> dict[str, int]:
    return {one["cite"]: one["tickets"] for one in (await client.get(f"{POLICIES}/cited", headers=headers)).json()}


async def test_articles_are_found_by_words_category_and_day(client, sign_in):
    headers = await sign_in(OFFICER)
    found = (await client.get(POLICIES, params={"q": "残疾", "category": "0402"}, headers=headers)).json()
    assert {one["cite"] for one in found[:2]} == {"《军人抚恤优待条例》第三章", "《伤残抚恤管理办法》"}
    assert (found[0]["summary"], found[0]["in_force"]) == (True, True)
    assert found[-1]["in_force"] is False
    then = {"q": "残疾", "category": "0402", "on": "2010-01-01"}
    assert (await client.get(POLICIES, params=then, headers=headers)).json()[0]["policy"] == "military-pensions-2004"
    assert (await client.get(POLICIES)).status_code == 401


async def test_what_a_result_cites_is_on_record_and_counted_for_whoever_may_see_it(client, make, act, sign_in):
    made = await make.ticket("in_progress")
    await make.step(made, "contact", OFFICER)
    assert (await act(OFFICER, made, "submit", result=RESULT)).status_code == 200
    headers = await sign_in(OFFICER)
    ticket = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=headers)).json()
    assert [one["cite"] for one in ticket["cites"]] == ["《军人抚恤优待条例》第三章", "《信访工作条例》第三十四条"]
    assert await cited(client, headers) == {"《信访工作条例》第三十四条": 1, "《军人抚恤优待条例》第三章": 1}
    which = (await client.get(f"{POLICIES}/cited/tickets", params=CHAPTER, headers=headers)).json()
    assert [row["number"] for row in which] == [made.number]
    assert await cited(client, await sign_in(OTHER)) == {}
    assert (await client.get(f"{POLICIES}/cited/tickets", params=CHAPTER, headers=await sign_in(OTHER))).json() == []


async def test_a_result_written_anew_is_read_anew(client, make, act, sign_in):
    made = await make.ticket("in_progress")
    await make.step(made, "contact", OFFICER)
    await act(OFFICER, made, "submit", result=RESULT)
    await make.step(made, "send_back", f"unit_head-{STATION}")
    await act(OFFICER, made, "submit", result="依据《社会救助暂行办法》第九章，已给予临时救助。")
    assert await cited(client, await sign_in(OFFICER)) == {"《社会救助暂行办法》第九章": 1}


async def test_an_answer_on_the_spot_cites_too(client, make, act, sign_in):
    made = await make.filed(nature="consult")
    clerk = f"dispatcher-{CITY}"
    assert (await act(clerk, made, "answer", text="依据《退役军人保障法》第二十三条办理。")).status_code == 200
    assert await cited(client, await sign_in(clerk)) == {"《中华人民共和国退役军人保障法》第二十三条": 1}


async def test_the_pages_show_what_to_copy_and_what_was_cited(client, make, act, sign_in):
    made = await make.ticket("in_progress", category="0402")
    headers = await sign_in(OFFICER)
    await make.step(made, "contact", OFFICER)
    page = (await client.get(f"/desk/t/{made.number}", headers=headers)).text
    assert "《军人抚恤优待条例》第三章" in page.partition('id="policies"')[2]
    assert "《社会救助暂行办法》第九章" in (await client.get("/policies?q=临时救助", headers=headers)).text
    await act(OFFICER, made, "submit", result=RESULT)
    assert "引用的政策" in (await client.get(f"/desk/t/{made.number}", headers=headers)).text
    assert made.number in (await client.get("/policies/cited", params=CHAPTER, headers=headers)).text
    assert "还没有引用" in (await client.get("/policies/cited?policy=x", headers=headers)).text
    beside = (await client.get("/policies/beside", params={"q": "临时救助"}, headers=headers)).text
    assert 'data-cite="《社会救助暂行办法》第九章"' in beside
