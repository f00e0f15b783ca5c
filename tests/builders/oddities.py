"""Requests as no honest client sends them: each spoils one place of a request that would otherwise do."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote

__all__ = ["Wire", "spoiled"]


@dataclass(frozen=True)
class Wire:
    """A request to the byte. `path` and `query` are as on the wire."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, bytes] = field(default_factory=dict)
    body: bytes | None = None


def _cursor(content: str) -> str:
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


#: Names, numbers and moments that no column holds.
HUGE, FAR = "9" * 5000, '["0001-01-01T00:00:00+14:00",9223372036854775807]'
SEGMENTS = [
    "%00",
    "%FF",
    "%ED%A0%80",
    "%0D%0Ax:%20y",
    "%2e%2e;x",
    "%E2%80%AE",
    HUGE,
    "-1",
    "%D9%A3",
    "1e9",
    "%F0%9F%90%98" * 500,
]
CURSORS = [
    "%00", "=", "é", "A" * 5000, _cursor("[]"), _cursor("null"), _cursor(FAR), _cursor('["9999-12-31T23:59:59-14:00",1]'),
    _cursor('["\\u0000"]'), _cursor('["0001-01-01T00:00:00",0]'), _cursor(f"[{HUGE},{HUGE}]"), _cursor("[null,0]"), _cursor("[-1]"), _cursor("[0]"),
    _cursor("[9223372036854775807]"), _cursor("[9223372036854775808]"),
]  # fmt: skip
VALUES = {
    "cursor": CURSORS,
    "q": ["%00", "%FF", "'", "%25%5F%5C", "a" * 3000, "%E9%92%B1", "²" * 8, "１３８００１３８０００", ":*%26!'"],
    "month": ["%00", "0000-01", "0001-01", "9999-12", "10000-01", "2026-1", "٢٠٢٦-١٠", HUGE],
    "unit": ["%00", "%FF", HUGE],
    "code": ["%00", "%FF", "", HUGE],
    "view": ["%00", "ALL", ""],
    "to": ["%00", "1" * 400, "+8613800138000;ext=1"],
    "parent": ["%00", HUGE],
    "dry_run": ["%00", "2"],
    "lang": ["%00", "en%0D%0A"],
}
HEADERS: list[dict[str, bytes]] = [
    {"If-Match": '"²"'.encode("latin-1")}, {"If-Match": f'"{HUGE}"'.encode()}, {"If-Match": b'"99999999999"'}, {"If-Match": b"W/"},
    {"If-Match": b"*"}, {"Idempotency-Key": b"\x80"}, {"Idempotency-Key": b"k" * 200}, {"Idempotency-Key": b""},
    {"Authorization": b"Bearer \xff\x01"}, {"Authorization": b"Basic eDp5"}, {"Authorization": b"Bearer"},
    {"Cookie": b'jiesu_session="\\377\\'}, {"Cookie": b"jiesu_session=\xff; ;;==; lang=\x80"}, {"Cookie": b"a" * 4000},
    {"Accept-Language": b"\xff"}, {"Accept": b"text/html;q=\xff"}, {"X-Forwarded-For": b"' OR 1=1"}, {"Content-Length": b"-1"},
    {"User-Agent": b"\xff" * 300},
]  # fmt: skip
TYPES = [
    b"text/plain", b"multipart/form-data", b"multipart/form-data; boundary=", b"application/x-www-form-urlencoded", b"application/xml",
    b"application/msgpack", b"application/json; charset=utf-16", b"application/json; charset=nonsense", b"/", b"\xff", b"",
]  # fmt: skip
BODIES = [
    b"", b"null", b"[]", b"0", b'""', b"{", b"\xff\xfe{\x00}\x00", b"[" * 20_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"text":"\\ud800\\udc00\\ud800"}', b'{"text":"\xed\xa0\x80"}', b'{"text":"\\u0000\\u0000\\u0000\\u0000\\u0000"}',
    b'{"text":' + HUGE.encode() + b"}", b'{"text":1e999}', b'{"text":"a","text":"b"}', b'{"\\u0000":1}', b'{"":1}',
    b'{"schedule":[{"from":"0001-01-01","weekdays":[9],"shifts":[["25:00","x"]]}]}', b'{"schedule":[[[]]]}', b'{"schedule":{"a":[1e400]}}',
    b'{"year":2027,"published":true,"days":{"2027-02-30":{}}}', b'{"year":99999999999999999999}',
    b'{"username":"\\u0000","password":"\\u0000"}', b'{"username":"\xf0\x9f\x90\x98","name":"\\u0000","posts":[]}',
    b'{"reason":"\\u202e\\u0000"}', b'{"outcome":"reached","note":"\\u0000"}', b'{"until":"9999-12-31T23:59:59-14:00","reason":"x"}',
    b'{"until":"0001-01-01T00:00:00+14:00","reason":"x"}', b'{"until":"2026-11-06T10:00:00","reason":"x"}', b'{"unit":"\\u0000"}', b'{"unit":"A","class":"\\u0000"}',
    b'{"text":"' + b"a" * 4_000 + b'"}', b'{"text":"' + b"9" * 250_000 + b'"}', b"x" * 300_000,
]  # fmt: skip


def spoiled(wire: Wire, segments: list[str], names: list[str]) -> Iterator[Wire]:
    """The request with one place spoiled: one of these path segments, a named parameter, a header, the type, the body."""
    for given in segments:
        yield from (replace(wire, path=wire.path.replace(f"/{given}", f"/{bad}", 1)) for bad in SEGMENTS)
    for name in {*names, "lang"}:
        rest = "&".join(pair for pair in wire.query.split("&") if pair and not pair.startswith(f"{name}="))
        values = [quote(value, safe="%") for value in VALUES.get(name, ["%00"])]
        yield from (replace(wire, query=f"{rest}&{name}={value}") for value in values)
        yield replace(wire, query=f"{rest}&{name}=a&{name}=b&=&&%")
    yield from (replace(wire, headers=wire.headers | more) for more in HEADERS)
    if wire.method in ("POST", "PUT", "DELETE"):
        json = {"Content-Type": b"application/json"}
        yield from (replace(wire, headers=wire.headers | json, body=body) for body in BODIES)
        yield from (
            replace(wire, headers=wire.headers | {"Content-Type": kind}, body=wire.body or b"{}") for kind in TYPES
        )
