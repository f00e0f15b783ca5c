"""The words of the survey."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["AskedWay", "CallOutcome", "Satisfaction", "Solved", "SurveyState"]


class SurveyState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    #: Anonymous, so there is nobody to ask.
    NOT_SENT = "not_sent"
    #: The ticket was withdrawn meanwhile.
    CANCELLED = "cancelled"


class Solved(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Satisfaction(StrEnum):
    YES = "yes"
    MOSTLY = "mostly"
    NO = "no"


class AskedWay(StrEnum):
    """How somebody of the staff asks: by telephone, or at the counter."""

    PHONE = "phone"
    COUNTER = "counter"


class CallOutcome(StrEnum):
    """What came of calling somebody back (回访)."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    LATER = "later"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"
