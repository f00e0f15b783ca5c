"""A short message gateway that remembers what it was given, and can be out of order."""

from __future__ import annotations

from dataclasses import dataclass, field

from jiesu.notifications.gateway import GatewayRefused

__all__ = ["RecordingGateway", "Sms"]


@dataclass(frozen=True)
class Sms:
    """One message as the gateway took it."""

    key: str
    to: str
    text: str

    @property
    def link(self) -> str:
        """The last word, where the link stands."""
        return self.text.rsplit("：", 1)[-1]


@dataclass
class RecordingGateway:
    """`calls` counts every call; `sent` holds each key once, as a real gateway promises."""

    sent: list[Sms] = field(default_factory=list)
    calls: int = 0
    #: how many of the next calls are refused
    refusals: int = 0

    async def send(self, *, key: str, phone: str, text: str) -> None:
        self.calls += 1
        if self.refusals:
            self.refusals -= 1
            raise GatewayRefused("out of order")
        if key not in {sms.key for sms in self.sent}:
            self.sent.append(Sms(key, phone, text))

    def to(self, phone: str) -> list[Sms]:
        """What one telephone received, oldest first."""
        return [sms for sms in self.sent if sms.to == phone]

    def survey_token(self, phone: str) -> str:
        """The token in the newest survey link that the telephone received."""
        return next(sms.link for sms in reversed(self.to(phone)) if "/s/" in sms.link).rsplit("/", 1)[-1]
