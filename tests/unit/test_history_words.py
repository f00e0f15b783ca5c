"""Every event has words for staff; petitioners read only what concerns them."""

from __future__ import annotations

import pytest

from jiesu.desk.history import _PETITIONER, _STAFF, _for_petitioner, _special
from jiesu.reactions import HANDLERS, UNTRAILED

SAMPLES = {
    "PetitionerContacted": {"outcome": "reached"},
    "SurveyAnswered": {"solved": "yes", "satisfied": None},
    "Escalated": {"level": 2, "clock": "unit"},
}
TRAILED = sorted(event.__name__ for event in HANDLERS if event not in UNTRAILED)
#: Business among colleagues.
INTERNAL = {
    *("NoteAdded", "ResultSubmitted", "ResultSentBack", "Escalated", "EscalationAcknowledged", "PetitionerRevealed"),
}


@pytest.mark.parametrize("english", [False, True])
@pytest.mark.parametrize("kind", TRAILED)
def test_staff_read_a_sentence_about_every_event(kind: str, english: bool):
    words = _STAFF[kind][0][english] if kind in _STAFF else _special(kind, SAMPLES[kind], english)
    assert words


@pytest.mark.parametrize("kind", TRAILED)
def test_petitioners_read_about_everything_but_business_among_colleagues(kind: str):
    told = kind in _PETITIONER or _for_petitioner(kind, SAMPLES.get(kind, {}), False) is not None
    assert told == (kind not in INTERNAL)
