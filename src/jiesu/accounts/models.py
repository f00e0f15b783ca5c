"""Accounts, the posts that people hold, and the sign-ins that failed."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.accounts.roles import Role
from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary

__all__ = ["Account", "AccountLink", "SignInFailure", "StaffRow"]


class Account(Base):
    """A person who may sign in."""

    __tablename__ = "account"

    id: Mapped[BigId]
    #: Small letters; never changes, so the security trail may name people by it.
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    #: Argon2id.
    password: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    #: Base32; a code is asked for only once `second_factor_at` says that one was shown to work.
    totp_secret: Mapped[str | None] = mapped_column(encrypted(64))
    second_factor_at: Mapped[Moment | None]
    #: The time step of the newest code that was accepted: neither it nor an earlier one is taken again.
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    #: Keyed hashes of the recovery codes that are left.
    recovery_codes: Mapped[list[str]] = mapped_column(ARRAY(String(64)), default=list)
    #: Sessions opened under an earlier number are over.
    generation: Mapped[int] = mapped_column(default=1)
    #: Its password is public: good in demo mode alone, and without a second factor.
    demo: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]


class AccountLink(Base):
    """Who an account is at an identity provider; one link each, put there by an administrator."""

    __tablename__ = "account_link"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), unique=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[Moment]


class StaffRow(Base):
    """A post that somebody holds: a role at a unit."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("account_id", "role", "unit"),)

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    role: Mapped[Role] = mapped_column(vocabulary(Role))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]


class SignInFailure(Base):
    """One failed attempt. Name and address are keyed hashes: people mistype their password into the name's field."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        Index("ix_sign_in_failure_name", "name_hash", "at"),
        Index("ix_sign_in_failure_address", "address_hash", "at"),
    )

    id: Mapped[BigId]
    name_hash: Mapped[str] = mapped_column(String(64))
    #: None where the address tells nobody apart.
    address_hash: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[Moment] = mapped_column(index=True)
