"""One's own open tickets at the last look: for a browser that has shown that they are its owner's, and nobody else."""

from __future__ import annotations

from httpx import Response

from tests.builders.forms import CLEAR, PHONE
from tests.builders.make import Make
from tests.web.conftest import Site, words
from tests.web.test_my import entered

ASKED = "是不是同一件事？"


async def review(site: Site, **fields: str) -> Response:
    return await site.post("/file/steps", do="see-review", text=CLEAR, **({"petitioner.phone": PHONE} | fields))


async def test_a_number_typed_reveals_nothing(site: Site, make: Make):
    made = await make.ticket("in_progress")
    page = await review(site)
    assert ASKED not in words(page)
    assert made.number not in page.text


async def test_who_gave_the_code_is_asked_until_they_leave(site: Site, make: Make):
    made = await make.ticket("in_progress")
    await site.post("/t", number=made.number, code=made.code)
    page = await review(site)
    assert ASKED in words(page)
    assert f'href="/t/{made.number}#more"' in page.text
    await site.post("/t/leave")
    assert ASKED not in words(await review(site))


async def test_who_has_just_filed_is_asked_before_filing_again(site: Site):
    await site.file()
    assert ASKED in words(await review(site))


async def test_a_ticket_that_has_ended_is_not_offered(site: Site, make: Make):
    made = await make.ticket("closed")
    await site.post("/t", number=made.number, code=made.code)
    assert ASKED not in words(await review(site))


async def test_who_proved_the_telephone_sees_what_is_open_of_it(site: Site, make: Make, gateway, jobs):
    made = [await make.ticket(state) for state in ("in_progress", "closed", "dispatched")]
    await entered(site, gateway, jobs)
    page = await review(site, **{"petitioner.phone": "13900139000"})
    assert [f"/my/{one.number}#more" in page.text for one in made] == [True, False, True]
    await site.post("/my/leave")
    assert ASKED not in words(await review(site))
