"""Roles and the rights that go with them: a rule table, no storage."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["RIGHTS", "Right", "Role", "go_together"]


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
    #: Reading the security trail.
    AUDIT = "audit"
    #: Watching over sign-ins: who waits after wrong guesses, what was tried.
    GUARD = "guard"


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
    Role.SECURITY: frozenset({_R.GUARD}),
    Role.AUDITOR: frozenset({_R.AUDIT}),
}

#: Whoever has one of these has no other role besides, or nobody would watch over them.
_APART = frozenset({Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR})


def go_together(roles: frozenset[Role]) -> bool:
    """Whether one person may hold them all: administration, security and audit are apart, from each other and the rest."""
    return len(roles) < 2 or not roles & _APART
