"""计数: what each ended survey counts for, added up by month and unit, and which tickets changed since; all of it can be made again."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Index, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, vocabulary
from jiesu.surveys.words import Satisfaction, Solved

__all__ = ["FactColumns", "KeptMonths", "Tally", "TallyMark", "TallySum"]


class FactColumns:
    """The fields of a `Fact`, as a row has them."""

    contacted: Mapped[bool | None]
    solved: Mapped[Solved | None] = mapped_column(vocabulary(Solved))
    satisfied: Mapped[Satisfaction | None] = mapped_column(vocabulary(Satisfaction))
    first_time: Mapped[bool]
    contacted_in_time: Mapped[bool | None]
    excluded: Mapped[bool]
    reworked: Mapped[bool]


class Tally(FactColumns, Base):
    """One survey that ended, as it was when its ticket was last counted: its `Fact`, and what figures are divided by.

    No foreign keys: nothing refers to these rows, and what they are of is never deleted.
    """

    __tablename__ = "rates_tally"
    __table_args__ = (
        Index("ix_rates_tally_day", "day", "unit"),
        Index("ix_rates_tally_ticket", "ticket_id"),
        Index("ix_rates_tally_aside", "day", "ticket_id", postgresql_where=text("aside")),
        Index("ix_rates_tally_reasons", "day", "unit", postgresql_where=text("reasons <> '{}'")),
    )

    survey_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    #: Of the answer, else of the survey's end; and of the first answer to a later result. Days of Hohhot.
    day: Mapped[date]
    until: Mapped[date | None]
    unit: Mapped[str] = mapped_column(String)
    category: Mapped[str | None] = mapped_column(String(8))
    officer_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Counted with every look, in no sum: it may be hidden from somebody, or its fact hangs on when one asks (a part's does).
    aside: Mapped[bool]
    #: Whether it is in V of the months that hold `day`, and end no later than `until`.
    counts: Mapped[bool]
    #: answered, unreachable, refused, silent, not_sent: a field of `Coverage`.
    ending: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list[str]] = mapped_column(ARRAY(String(32)))


class TallySum(Base):
    """What the surveys of one unit in one month add up to, with and without those excluded: fields of `Counts` and `Coverage`."""

    __tablename__ = "rates_sum"

    #: On which day of a month such months begin: 1 for those of the calendar.
    first_day: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(String, primary_key=True)
    excluded: Mapped[bool] = mapped_column(primary_key=True)
    base: Mapped[int]
    contacted: Mapped[int]
    contacted_of: Mapped[int]
    solved: Mapped[int]
    solved_of: Mapped[int]
    satisfied: Mapped[int]
    mostly: Mapped[int]
    satisfied_of: Mapped[int]
    first_time: Mapped[int]
    timed: Mapped[int]
    timed_of: Mapped[int]
    reworked: Mapped[int]
    answered: Mapped[int]
    unreachable: Mapped[int]
    refused: Mapped[int]
    silent: Mapped[int]
    not_sent: Mapped[int]


class TallyMark(Base):
    """A ticket that changed since it was counted. Triggers write them (migration 0034), each change one; none is ever updated.

    So nobody waits for anybody, and no change can be missed: whoever counts deletes exactly the marks that it saw.
    """

    __tablename__ = "rates_mark"

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger)


class KeptMonths(Base):
    """For which first days sums are kept. Never deleted: what is kept once is kept up."""

    __tablename__ = "rates_kept"

    first_day: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
