"""Two uploaded tables on their way through a form: checked, compared with what is loaded, and carried to the next page."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from jiesu.errors import Conflict, Invalid
from jiesu.kit.config import ConfigMistake
from jiesu.units.importing import Diff, PlaceDiff, check, diff, place_diff, places_in, units_in
from jiesu.units.organisation import Organisation, Place, Unit
from jiesu.units.sheets import Sheet

__all__ = ["LARGEST", "Tables", "TablesWrong", "carried", "carry", "plan_of", "uploaded"]

#: Bytes of both tables together, as uploaded and as carried along. Hohhot's are 190 kB.
LARGEST = 2 * 1024 * 1024


class NothingUploaded(Invalid):
    zh = "请选择 units.csv，或 places.csv，或者两个都选。"
    en = "Choose units.csv, or places.csv, or both."


class TablesTooLarge(Invalid):
    zh = "文件太大。两个表格一共不超过 2 MB。"
    en = "The files are too large. Both together have at most 2 MB."


class LookAgain(Conflict):
    zh = "您核对以后，单位又有了变化，或者页面打开太久。请重新上传，再核对一遍。"
    en = "The organisation has changed since you looked, or the page is too old. Upload the files and look again."


@dataclass(frozen=True)
class TablesWrong(Exception):
    """The tables are no organisation; every mistake with its row."""

    mistakes: list[ConfigMistake]


class Tables(msgspec.Struct, frozen=True):
    """As uploaded; None where what is loaded stays. `seen` says what was loaded when somebody looked."""

    units: bytes | None
    places: bytes | None
    seen: str


@dataclass(frozen=True)
class Plan:
    """Checked, and what it would change."""

    units: tuple[Unit, ...]
    places: tuple[Place, ...]
    difference: Diff
    places_difference: PlaceDiff


async def uploaded(request: Request[Any, Any, Any], seen: str) -> Tables:
    """The two files of the form. Raises NothingUploaded, TablesTooLarge."""
    form = await request.form()
    found = {}
    for name in ("units", "places"):
        file = form.get(name)
        found[name] = await file.read() if isinstance(file, UploadFile) and file.filename else None
    if not any(found.values()):
        raise NothingUploaded("units")
    if sum(len(content or b"") for content in found.values()) > LARGEST:
        raise TablesTooLarge("units")
    return Tables(found["units"] or None, found["places"] or None, seen)


def carry(tables: Tables) -> str:
    """For a hidden field of the next form: small, and safe in any encoding."""
    return base64.urlsafe_b64encode(zlib.compress(msgspec.msgpack.encode(tables), 9)).decode()


def carried(text: str, seen: str) -> Tables:
    """What `carry` wrote. Raises LookAgain, also when something else is loaded by now."""
    try:
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(base64.urlsafe_b64decode(text), LARGEST + 1024)
        tables = msgspec.msgpack.decode(raw, type=Tables)
    except (ValueError, zlib.error, msgspec.MsgspecError) as error:
        raise LookAgain from error
    if tables.seen != seen:
        raise LookAgain
    return tables


def plan_of(tables: Tables, organisation: Organisation) -> Plan:
    """What the tables would change. Raises TablesWrong."""
    try:
        units = _kept("units", organisation.units) if tables.units is None else units_in(tables.units, "units.csv")
        places = (
            _kept("places", organisation.places) if tables.places is None else places_in(tables.places, "places.csv")
        )
    except ConfigMistake as mistake:
        raise TablesWrong([mistake]) from mistake
    if mistakes := check(places, units):
        raise TablesWrong(mistakes)
    return Plan(
        units.items,
        places.items,
        diff(organisation.units, {unit.code: unit for unit in units.items}),
        place_diff(organisation.places, {place.code: place for place in places.items}),
    )


def _kept(name: str, loaded: Any) -> Sheet[Any]:
    """What is loaded, as if it stood in a file, a row each."""
    return Sheet(f"{name} (as loaded)", tuple(enumerate(loaded.values(), start=1)))
