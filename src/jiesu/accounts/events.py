"""What happens to accounts: the vocabulary of the security trail."""

from __future__ import annotations

from jiesu.db.uow import SecurityEvent

__all__ = [
    "AccountActivated",
    "AccountAdded",
    "AccountDeactivated",
    "AccountLinked",
    "AccountUnlinked",
    "PasswordChanged",
    "PasswordReset",
    "PostGiven",
    "PostTaken",
    "ProviderSignInRefused",
    "RecoveryCodeUsed",
    "SecondFactorEnrolled",
    "SecondFactorReset",
    "SessionsRevoked",
    "SignInFailed",
    "SignInLocked",
    "SignInReleased",
    "SignedIn",
    "SignedOut",
]


class SignedIn(SecurityEvent, frozen=True, kw_only=True):
    """`way` is `password`, or `provider` for an identity provider."""

    way: str = "password"


class SignedOut(SecurityEvent, frozen=True, kw_only=True):
    pass


class SignInFailed(SecurityEvent, frozen=True, kw_only=True):
    """`account` is missing where nobody has that name: what was typed may be a password, so it is not kept."""

    failures: int


class SignInLocked(SecurityEvent, frozen=True, kw_only=True):
    seconds: int


class SignInReleased(SecurityEvent, frozen=True, kw_only=True):
    """An administrator ended the wait after wrong guesses; `failures` are forgotten."""

    failures: int


class ProviderSignInRefused(SecurityEvent, frozen=True, kw_only=True):
    """`cause` is a word: what of the provider's answer was not to be believed, or that nobody is linked to it."""

    cause: str


class AccountLinked(SecurityEvent, frozen=True, kw_only=True):
    """To a subject of that issuer."""

    issuer: str


class AccountUnlinked(SecurityEvent, frozen=True, kw_only=True):
    pass


class RecoveryCodeUsed(SecurityEvent, frozen=True, kw_only=True):
    left: int


class SecondFactorEnrolled(SecurityEvent, frozen=True, kw_only=True):
    pass


class SecondFactorReset(SecurityEvent, frozen=True, kw_only=True):
    pass


class PasswordChanged(SecurityEvent, frozen=True, kw_only=True):
    pass


class PasswordReset(SecurityEvent, frozen=True, kw_only=True):
    pass


class SessionsRevoked(SecurityEvent, frozen=True, kw_only=True):
    """`session` is the public id of the one that was ended; None: all others, or all where somebody else (`by`) ended them."""

    session: str | None = None


class AccountAdded(SecurityEvent, frozen=True, kw_only=True):
    pass


class AccountActivated(SecurityEvent, frozen=True, kw_only=True):
    pass


class AccountDeactivated(SecurityEvent, frozen=True, kw_only=True):
    pass


class PostGiven(SecurityEvent, frozen=True, kw_only=True):
    role: str
    unit: str


class PostTaken(SecurityEvent, frozen=True, kw_only=True):
    role: str
    unit: str
