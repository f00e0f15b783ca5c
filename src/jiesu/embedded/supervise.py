"""Services started in order, restarted when they die, stopped in reverse."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from jiesu.embedded.errors import CannotStart

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Service", "Supervisor"]

#: seconds between a death and the restart: the n-th death in a row waits the n-th pause
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
#: seconds; who lived this long is forgiven the deaths before
STEADY = 60.0


class Service(Protocol):
    """Something that runs beside us."""

    @property
    def name(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def alive(self) -> bool: ...


class Supervisor:
    """Keeps services alive as long as its owner calls `look`.

    `tell` gets the name of the service that died and the pause in seconds before it is started again.
    """

    def __init__(self, tell: Callable[[str, float], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._services: list[Service] = []
        self._started: dict[str, float] = {}
        self._deaths: dict[str, int] = {}
        self._due: dict[str, float] = {}

    def start(self, service: Service) -> None:
        """Start it and watch over it from now on. Raises what its `start` raises."""
        self._services.append(service)
        service.start()
        self._started[service.name] = self._clock()

    def look(self) -> None:
        """Notice who has died, and restart whose pause is over."""
        for service in self._services:
            if service.alive():
                continue
            if service.name not in self._due:
                self._mourn(service)
            elif self._clock() >= self._due[service.name]:
                self._revive(service)

    def deaths(self, name: str) -> int:
        """How often that service has died in a row."""
        return self._deaths.get(name, 0)

    def stop(self) -> None:
        """Stop them, the last one first."""
        for service in reversed(self._services):
            service.stop()

    def kill(self) -> None:
        """End them at once, as for a second Ctrl-C."""
        for service in reversed(self._services):
            service.kill()

    def _mourn(self, service: Service) -> None:
        now = self._clock()
        steady = now - self._started.get(service.name, now) >= STEADY
        deaths = 0 if steady else self._deaths.get(service.name, 0)
        pause = PAUSES[min(deaths, len(PAUSES) - 1)]
        self._deaths[service.name] = deaths + 1
        self._due[service.name] = now + pause
        self._tell(service.name, pause)

    def _revive(self, service: Service) -> None:
        del self._due[service.name]
        self._started[service.name] = self._clock()
        try:
            service.start()
        except CannotStart:
            self._mourn(service)
