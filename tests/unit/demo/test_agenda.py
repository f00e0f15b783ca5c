"""The order in which a play goes on."""

from datetime import UTC, datetime, timedelta

from jiesu.demo.agenda import Agenda

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_entries_come_out_by_moment_and_then_by_who_asked_first():
    said: list[str] = []
    agenda = Agenda()

    def saying(word: str):
        async def say() -> None:
            said.append(word)

        return say

    for when, word in ((NOON + MINUTE, "later"), (NOON, "first"), (NOON, "second")):
        agenda.add(when, saying(word))
    while entry := agenda.pop(NOON + MINUTE):
        await entry[1]()

    assert said == ["first", "second", "later"]


def test_what_is_due_after_the_end_stays_where_it_is():
    agenda = Agenda()

    async def never() -> None:
        raise AssertionError

    agenda.add(NOON + MINUTE, never)
    assert agenda.pop(NOON) is None
    assert agenda.pop(NOON + MINUTE) is not None
