"""The staff row."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.accounts.roles import Role
from jiesu.db.base import Base, BigId, Moment, vocabulary

__all__ = ["StaffRow"]


class StaffRow(Base):
    """A member of staff in one post: a role at a unit."""

    __tablename__ = "staff"

    id: Mapped[BigId]
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role] = mapped_column(vocabulary(Role))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"), index=True)
    #: Argon2id.
    password: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]
