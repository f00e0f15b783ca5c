"""The petitioner row; every identifying column is encrypted, two are searchable by keyed hash."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, hash_of, vocabulary

__all__ = ["Petitioner", "PetitionerKind"]


class PetitionerKind(StrEnum):
    """Whom the network serves (domain.md §1)."""

    VETERAN = "veteran"
    DISABLED = "disabled"
    MARTYR_FAMILY = "martyr_family"
    SERVICE_FAMILY = "service_family"
    RETIRED_CADRE = "retired_cadre"
    OTHER = "other"


class Petitioner(Base):
    """A person who appealed (诉求人)."""

    __tablename__ = "petitioner"

    id: Mapped[BigId]
    name: Mapped[str | None] = mapped_column(encrypted(100))
    phone: Mapped[str | None] = mapped_column(encrypted(32))
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True, info=hash_of("phone"))
    id_number: Mapped[str | None] = mapped_column(encrypted(18))
    id_hash: Mapped[str | None] = mapped_column(String(64), index=True, info=hash_of("id_number"))
    kind: Mapped[PetitionerKind | None] = mapped_column(vocabulary(PetitionerKind))
    created_at: Mapped[Moment]
