"""Files of a ticket: who may send and see them, how they are handed out, and what is never handed out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from jiesu.attachments.models import Attachment
from jiesu.audit.trail import history
from jiesu.kernel import Kernel
from jiesu.settings import Settings
from jiesu.tickets.words import Status
from tests.builders.files import PDF, docx, jpeg, jpeg_with_place
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import Made, Make
from workers.invariants import check_all


def files(*contents: bytes, name: str = "退役证.jpg") -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (name, content)) for content in contents]


@pytest.fixture
def send(client: AsyncClient):
    async def send(made: Made, *contents: bytes, name: str = "退役证.jpg", code: str | None = None) -> Response:
        path = f"/api/v1/tickets/{made.number}/attachments?code={code or made.code}"
        return await client.post(path, files=files(*contents, name=name))

    return send


def stored(kernel: Kernel) -> set[Path]:
    folder = kernel.settings.data_dir / "files"
    return {path for path in folder.rglob("*") if path.is_file()}


async def test_a_photo_is_taken_cleaned_listed_and_opened_by_its_link(client, make, send, kernel):
    made = await make.ticket("registered")
    before = stored(kernel)
    reply = await send(made, jpeg_with_place())
    assert reply.status_code == 201
    (view,) = reply.json()
    assert (view["name"], view["state"], view["by_petitioner"]) == ("退役证.jpg", "ready", True)
    opened = await client.get(view["url"])
    assert opened.status_code == 200
    assert opened.headers["content-type"] == "image/jpeg"
    assert opened.content[:3] == b"\xff\xd8\xff"
    assert b"SECRET" not in opened.content
    assert int(opened.headers["content-length"]) == len(opened.content) == view["size"]
    (path,) = stored(kernel) - before
    assert opened.content[:50] not in path.read_bytes()


async def test_a_document_is_only_downloaded_and_nothing_in_it_may_run(client, make, send):
    made = await make.ticket("registered")
    (view,) = (await send(made, PDF, name="../<b>证明\u202e.pdf")).json()
    opened = await client.get(view["url"])
    headers = opened.headers
    assert opened.content == PDF
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''b%E8%AF%81%E6%98%8E.pdf"
    assert headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert "set-cookie" not in headers


async def test_a_link_is_over_after_minutes_and_cannot_be_made_or_changed(client, make, send, clock):
    (view,) = (await send(await make.ticket("registered"), PDF)).json()
    assert (await client.get(view["url"][:-4] + "AAAA")).status_code == 404
    assert (await client.get("/files/azE6Zm9yZ2Vk")).status_code == 404
    clock.advance(timedelta(minutes=6))
    assert (await client.get(view["url"])).status_code == 404


async def test_a_wrong_code_learns_nothing_and_leaves_nothing(make, send, kernel):
    made = await make.ticket("registered")
    before = stored(kernel)
    assert (await send(made, PDF, code="AAAAAAAA")).status_code == 404
    assert stored(kernel) == before


async def test_nine_files_are_taken_the_tenth_is_not_and_the_same_ones_again_change_nothing(make, send, kernel):
    made = await make.ticket("registered")
    nine = [jpeg(width=10 + n) for n in range(9)]
    assert len((await send(made, *nine)).json()) == 9
    version, before = (await make.load(made)).version, stored(kernel)
    again = await send(made, *nine)
    assert (again.status_code, len(again.json())) == (201, 9)
    assert (await make.load(made)).version == version
    tenth = await send(made, PDF)
    assert (tenth.status_code, tenth.json()["title"]) == (422, "TooManyFiles")
    assert stored(kernel) == before


async def test_one_bad_file_refuses_all_and_is_named(make, send, kernel):
    made = await make.ticket("registered")
    before = stored(kernel)
    reply = await send(made, jpeg(), b"MZ" + bytes(100), name="病历.jpg")
    assert reply.status_code == 422
    assert (reply.json()["title"], reply.json()["field"]) == ("UnknownKind", "files")
    assert "病历" in reply.json()["detail"]
    assert stored(kernel) == before


async def test_nothing_sent_is_said_so(client, make):
    made = await make.ticket("registered")
    path = f"/api/v1/tickets/{made.number}/attachments?code={made.code}"
    for call in ({}, {"json": {}}, {"files": {"other": ("x", b"y")}}, {"data": {"files": "x"}}):
        reply = await client.post(path, **call)
        assert (reply.status_code, reply.json()["title"]) == (422, "NoFiles")


async def test_a_broken_form_is_refused_and_too_much_is_too_much(client, make):
    made = await make.ticket("registered")
    path = f"/api/v1/tickets/{made.number}/attachments?code={made.code}"
    form = {"content-type": "multipart/form-data; boundary=x"}
    assert (await client.post(path, content=b"--x\r\nnonsense", headers=form)).status_code == 400
    assert (await client.post(path, content=b"", headers={"content-type": "multipart/form-data"})).status_code == 400
    assert (await client.post(path, data={"a": "x" * 300_000}, files=files(PDF))).status_code == 413
    assert (await client.post("/api/v1/tickets", content=bytes(300_000))).status_code == 413


async def test_a_file_over_the_limit_is_named(make, send):
    reply = await send(await make.ticket("registered"), jpeg() + bytes(20 * 1024**2), name="大照片.jpg")
    assert (reply.status_code, reply.json()["title"]) == (422, "FileTooLarge")
    assert "大照片" in reply.json()["detail"]


async def test_files_answer_a_request_and_let_the_clocks_run(client, make, send):
    made = await make.ticket("need_info")
    await send(made, jpeg())
    assert (await make.load(made)).status is Status.REGISTERED
    seen = (await client.get(f"/api/v1/tickets/{made.number}?code={made.code}")).json()
    assert seen["timeline"][-1]["what"] == "您上传了1个文件"


async def test_an_ended_ticket_takes_no_files(make, send):
    reply = await send(await make.ticket("withdrawn"), jpeg())
    assert (reply.status_code, reply.json()["title"]) == (409, "IllegalStep")


async def test_staff_see_files_exactly_as_they_see_the_ticket(client, make, send, sign_in):
    made = await make.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY)
    await send(made, jpeg())
    path = f"/api/v1/desk/tickets/{made.number}/attachments"
    for name, status in ((f"officer-{COUNTY}", 404), (f"officer-{STATION}", 404), (f"dispatcher-{CITY}", 200)):
        headers = await sign_in(name)
        assert (await client.get(path, headers=headers)).status_code == status
        opened = await client.get(f"/desk/t/{made.number}/files/1", headers=headers)
        assert opened.status_code == (303 if status == 200 else 404)
        sent = await client.post(path, headers=headers, files=files(PDF))
        assert sent.status_code == (201 if status == 200 else 404)


async def test_what_staff_add_is_for_colleagues(client, make, sign_in):
    made = await make.ticket("in_progress")
    officer = await sign_in(f"officer-{STATION}")
    path = f"/api/v1/desk/tickets/{made.number}/attachments"
    assert (await client.post(path, headers=officer, files=files(docx()))).status_code == 201
    assert (await client.get(f"/api/v1/tickets/{made.number}/attachments?code={made.code}")).json() == []
    shown = (await client.get(f"/api/v1/tickets/{made.number}?code={made.code}")).json()
    assert not any("文件" in line["what"] for line in shown["timeline"])
    reader = await sign_in(f"supervisor-{STATION}")
    assert len((await client.get(path, headers=reader)).json()) == 1
    assert (await client.post(path, files=files(PDF))).status_code == 401


async def test_the_trail_keeps_digests_and_no_names(make, send, kernel):
    made = await make.ticket("registered")
    await send(made, PDF, name="张建国的判决书.pdf")
    async with kernel.db.begin() as uow:
        entry = (await history(uow.session, made.id))[-1]
    assert entry.kind == "FilesAttached"
    assert "张建国" not in str(entry.data)
    assert re.fullmatch("[0-9a-f]{64}", entry.data["digests"][0])


async def test_the_doctor_tells_of_a_file_that_is_gone(make, send, kernel):
    await send(await make.ticket("registered"), PDF)
    async with kernel.db.begin() as uow:
        row = (await uow.session.scalars(select(Attachment))).one()
    law = "every attachment lies in the store"
    found = {f.law: f for f in await check_all(kernel.db, kernel.clock.now(), files=kernel.files)}
    assert found[law].count == 0
    kernel.files.remove(row.place)
    found = {f.law: f for f in await check_all(kernel.db, kernel.clock.now(), files=kernel.files)}
    assert found[law].examples == [row.place]


class Clamd:
    """A clamd of a few lines: reads INSTREAM to its end and finds whatever holds EICAR."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.address = ""

    @asynccontextmanager
    async def listening(self, path: Path) -> AsyncIterator[None]:
        server = await asyncio.start_unix_server(self._talk, path)
        async with server:
            yield

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        self.seen.append(content)
        writer.write(b"stream: Eicar-Test FOUND\0" if b"EICAR" in content else b"stream: OK\0")
        await writer.drain()
        writer.close()


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "clamd"


@pytest.fixture
def scanned(kernel: Kernel, socket: Path) -> Kernel:
    kernel.settings = msgspec.structs.replace(kernel.settings, clamd=f"unix://{socket}")
    return kernel


async def test_a_file_waits_for_the_scanner_however_long_it_is_away(
    client, make: Make, send, scanned, socket, jobs, clock
):
    made, clamd = await make.ticket("registered"), Clamd()
    path = f"/api/v1/tickets/{made.number}/attachments?code={made.code}"
    (view,) = (await send(made, PDF)).json()
    assert (view["state"], view["url"]) == ("scanning", None)
    for _ in range(12):
        await jobs.run_due()
        clock.advance(timedelta(minutes=6))
    assert (await client.get(path)).json()[0]["state"] == "scanning"
    async with clamd.listening(socket):
        await jobs.run_due()
    assert clamd.seen == [PDF]
    (view,) = (await client.get(path)).json()
    assert (await client.get(view["url"])).content == PDF


async def test_an_infected_file_is_never_handed_out_and_takes_nobodys_place(client, make, send, scanned, socket, jobs):
    made, clamd = await make.ticket("registered"), Clamd()
    bad = PDF.replace(b"%%EOF", b"EICAR %%EOF")
    await send(made, bad, *(jpeg(width=20 + n) for n in range(8)))
    async with clamd.listening(socket):
        await jobs.run_due()
    path = f"/api/v1/tickets/{made.number}/attachments?code={made.code}"
    views = (await client.get(path)).json()
    assert [view["state"] for view in views] == ["infected", *["ready"] * 8]
    assert views[0]["url"] is None
    assert (await send(made, PDF)).status_code == 201


async def test_settings_name_the_scanner(tmp_path):
    assert msgspec.convert(
        {"data_dir": tmp_path, "config_dir": tmp_path, "clamd": "tcp://127.0.0.1:3310"}, Settings
    ).clamd
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"data_dir": tmp_path, "config_dir": tmp_path, "clamd": "127.0.0.1"}, Settings)


async def test_codes_are_guessed_no_faster_by_way_of_files(client, make, send):
    made = await make.ticket("registered")
    path = f"/api/v1/tickets/{made.number}/attachments"
    seen = set()
    for _ in range(12):
        seen.add((await send(made, PDF, code="AAAAAAAA")).status_code)
        seen.add((await client.get(f"{path}?code=AAAAAAAA")).status_code)
    assert seen == {404, 429}
