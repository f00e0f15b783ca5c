"""Which texts of events stand in the trail under the ticket's key: all that people write, and nothing that figures need."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import inspect

import jiesu.app
import jiesu.backup.events
import jiesu.custody.events  # noqa: F401 - with the application's, every event there is
from jiesu.db.uow import Event, SecurityEvent
from jiesu.kit.private import private_fields
from jiesu.reactions import HANDLERS, UNTRAILED

#: Codes, and words of closed vocabularies.
CODES = {
    "account", "category", "cause", "channel", "clock", "decider", "decision", "digests", "former", "giver", "into", "judge", "number", "old_category",
    "old_class", "old_satisfied", "old_solved", "place", "policy", "proposed_unit", "purpose", "rung", "satisfied", "sender", "service_class", "solved", "stand_in", "state", "system", "target",
    "told", "unit", "until", "within",
}  # fmt: skip
#: Events whose `reason` is one of a few codes.
CODED_REASON = {"ExclusionAsked", "TicketDiverted", "ReworkOrdered", "TicketClosed"}


def texts(event: type[msgspec.Struct]) -> set[str]:
    """Fields that hold a text, marked private or not."""
    info = inspect.type_info(event)
    return {field.name for field in info.fields if "Str" in repr(field.type)}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "event", [event for event in HANDLERS if event not in UNTRAILED], ids=lambda event: event.__name__
)
def test_every_text_of_an_event_is_private_or_a_code(event: type[Event]):
    coded = CODES | ({"reason"} if event.__name__ in CODED_REASON else set())
    assert texts(event) - {"by"} - private_fields(event) <= coded
    assert private_fields(event) & coded == set()


#: What security events say beside names of accounts and addresses: codes, numbers, names of files. `why` is masked before it is told.
SECURITY_CODES = {
    "cause", "cipher", "files", "filters", "issuer", "key", "kind", "person", "policy", "role", "session", "subject", "task", "unit", "version", "way",
    "what",
    "why",
}  # fmt: skip


def security_events(kind: type[SecurityEvent] = SecurityEvent) -> list[type[SecurityEvent]]:
    return [found for sub in kind.__subclasses__() for found in (sub, *security_events(sub))]


@pytest.mark.parametrize("event", security_events(), ids=lambda event: event.__name__)
def test_no_security_event_holds_a_text_that_people_write(event: type[SecurityEvent]):
    assert texts(event) - {"account", "by", "address"} <= SECURITY_CODES
