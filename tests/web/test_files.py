"""Files on pages, without scripts: with the appeal, later, and at the desk."""

from __future__ import annotations

import re

from httpx import Response

from tests.builders.files import PDF, jpeg, jpeg_with_place
from tests.builders.forms import STATION
from tests.web.conftest import FILED, Site, value, words


async def file_with(site: Site, *contents: tuple[str, bytes], **fields: str) -> Response:
    await site.get("/")
    data = FILED | {"_csrf_token": site.client.cookies["csrftoken"], "do": "file", "key": "k1"} | fields
    return await site.client.post("/file", data=data, files=[("files", content) for content in contents])


async def test_an_appeal_comes_with_its_photos_and_the_petitioner_sees_them(site: Site):
    filed = await file_with(site, ("退役证.jpg", jpeg_with_place()), ("判决书.pdf", PDF))
    assert filed.headers["location"] == "/receipt"
    number = re.search(r"HH\d{8}-\d{5}-\d", (await site.get("/receipt")).text)
    assert number is not None
    page = await site.get(f"/t/{number[0]}")
    assert "您上传了2个文件" in words(page)
    opened = await site.get(f"/t/{number[0]}/files/2")
    assert opened.status_code == 303
    assert (await site.get(opened.headers["location"])).content == PDF


async def test_a_double_click_keeps_each_file_once(site: Site):
    photo = ("退役证.jpg", jpeg())
    await file_with(site, photo)
    await file_with(site, photo)
    number = re.search(r"HH\d{8}-\d{5}-\d", (await site.get("/receipt")).text)
    assert number is not None
    assert (await site.get(f"/t/{number[0]}")).text.count("/files/") == 1


async def test_a_bad_file_is_named_beside_its_box_and_the_text_stays(site: Site):
    reply = await file_with(site, ("病历.jpg", b"MZ" + bytes(100)), text="抚恤金停发三个月，请查一查。")
    assert reply.status_code == 422
    assert 'id="files-wrong"' in reply.text
    assert "“病历”不是能收的文件" in words(reply)
    assert value(reply, "text") == "抚恤金停发三个月，请查一查。"


async def test_a_mistake_elsewhere_says_that_the_files_must_be_chosen_again(site: Site):
    reply = await file_with(site, ("退役证.jpg", jpeg()), **{"petitioner.phone": "123"})
    assert reply.status_code == 422
    assert "刚才选的文件没有保存" in words(reply)


async def test_an_empty_box_is_no_file(site: Site):
    assert (await file_with(site, ("", b""))).headers["location"] == "/receipt"


async def test_a_photo_alone_answers_what_was_asked(site: Site, make):
    made = await make.ticket("need_info")
    await site.post("/t", number=made.number, code=made.code)
    data = {"_csrf_token": site.client.cookies["csrftoken"], "do": "supplement", "text": ""}
    reply = await site.client.post(f"/t/{made.number}", data=data, files=[("files", ("退役证.jpg", jpeg()))])
    assert reply.headers["location"].endswith("done=supplement")
    assert (await make.load(made)).status == "registered"
    nothing = await site.post(f"/t/{made.number}", do="supplement", text="")
    assert nothing.status_code == 422


async def test_the_desk_adds_and_opens_files(make, as_staff):
    made = await make.ticket("in_progress")
    desk = await as_staff(f"officer-{STATION}")
    await desk.get("/desk")
    token = {"_csrf_token": desk.client.cookies["csrftoken"]}
    path = f"/desk/t/{made.number}/files"
    sent = await desk.client.post(path, data=token, files=[("files", ("核查.pdf", PDF))])
    assert sent.headers["location"] == f"/desk/t/{made.number}?done=attach#files"
    page = await desk.get(f"/desk/t/{made.number}?done=attach")
    assert "核查.pdf" in words(page)
    assert (await desk.get((await desk.get(f"{path}/1")).headers["location"])).content == PDF
    refused = await desk.client.post(path, data=token, files=[("files", ("x.jpg", b"MZ" + bytes(99)))])
    assert refused.status_code == 422
    assert 'id="attach-files-wrong"' in refused.text


async def test_somebody_elses_file_is_not_opened_without_its_code(site: Site, make):
    made = await make.ticket("registered")
    assert 'name="code"' in (await site.get(f"/t/{made.number}/files/1")).text
