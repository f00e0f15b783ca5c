"""Roles and the rights that go with them: a rule table, no storage."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["RIGHTS", "Right", "Role"]


class Role(StrEnum):
    """What a member of staff is employed as (domain.md §1). Administration, security and audit are apart."""

    INTAKE = "intake"
    DISPATCHER = "dispatcher"
    OFFICER = "officer"
    UNIT_HEAD = "unit_head"
    CALLBACK = "callback"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    SECURITY = "security"
    AUDITOR = "auditor"


class Right(StrEnum):
    """What somebody may do to a ticket that is theirs to see."""

    READ = "read"
    REGISTER = "register"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    APPROVE = "approve"
    CALL_BACK = "call_back"
    SUPERVISE = "supervise"
    FIGURES = "figures"
    #: Not about tickets at all: work that was given up, calendars, users.
    ADMINISTER = "administer"


_R = Right

#: Administrator, security and auditor see no petition content (domain.md §1).
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.INTAKE: frozenset({_R.READ, _R.REGISTER}),
    Role.DISPATCHER: frozenset({_R.READ, _R.REGISTER, _R.DISPATCH, _R.FIGURES}),
    Role.OFFICER: frozenset({_R.READ, _R.HANDLE, _R.FIGURES}),
    Role.UNIT_HEAD: frozenset({_R.READ, _R.HANDLE, _R.APPROVE, _R.SUPERVISE, _R.FIGURES}),
    Role.CALLBACK: frozenset({_R.READ, _R.CALL_BACK}),
    Role.SUPERVISOR: frozenset({_R.READ, _R.SUPERVISE, _R.FIGURES}),
    Role.ADMINISTRATOR: frozenset({_R.ADMINISTER}),
    Role.SECURITY: frozenset(),
    Role.AUDITOR: frozenset(),
}
