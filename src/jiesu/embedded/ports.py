"""The TCP port of the web server, checked before anything is started."""

from __future__ import annotations

import socket

from jiesu.embedded.errors import CannotStart

__all__ = ["ensure_port_is_free"]


def ensure_port_is_free(host: str, port: int) -> None:
    """Raises CannotStart saying which port is taken and how to choose another."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"{host} 的端口 {port} 不可用({error.strerror})。请换一个端口,例如:PORT={port + 1} make run",
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: PORT={port + 1} make run",
            ) from None
