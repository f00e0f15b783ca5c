"""Places and units as rows, and the closure of the unit tree."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base

__all__ = ["PlaceRow", "UnitClosure", "UnitRow"]


class PlaceRow(Base):
    """An official division of Hohhot; its code is the one of the National Bureau of Statistics."""

    __tablename__ = "place"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    level: Mapped[str] = mapped_column(String(16))
    parent: Mapped[str | None] = mapped_column(ForeignKey("place.code"), index=True)
    kind: Mapped[str] = mapped_column(String(32))


class UnitRow(Base):
    """A centre, station, division, institution or the legal service centre."""

    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    tier: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(ForeignKey("place.code"))
    parent: Mapped[str | None] = mapped_column(ForeignKey("unit.code"), index=True)
    functions: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    phone: Mapped[str | None] = mapped_column(String(32))
    #: False once a unit left the tree; its tickets and figures stay.
    active: Mapped[bool] = mapped_column(default=True)


class UnitClosure(Base):
    """Every unit with each of its superiors and itself, so that a subtree is one indexed look."""

    __tablename__ = "unit_closure"
    __table_args__ = (Index("ix_unit_closure_descendant", "descendant"),)

    ancestor: Mapped[str] = mapped_column(ForeignKey("unit.code"), primary_key=True)
    descendant: Mapped[str] = mapped_column(ForeignKey("unit.code"), primary_key=True)
    depth: Mapped[int] = mapped_column(SmallInteger)
