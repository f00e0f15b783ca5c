"""Closed vocabularies of the universal contact."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Look", "Way"]


class Way(StrEnum):
    """How somebody is kept in touch with; a visit is a call as well."""

    CALL = "call"
    VISIT = "visit"


class Look(StrEnum):
    """Why somebody's whole name and telephone are looked at."""

    TO_CALL = "to_call"
    TO_VISIT = "to_visit"
    IDENTITY = "identity"
