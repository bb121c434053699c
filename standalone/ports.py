"""Which port each process listens on, always on this machine's own address.

The two that people open in a browser are as asked or not at all; the internal ones move aside when busy.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from standalone.console import CannotStart

LOCALHOST = "127.0.0.1"
TRIES = 100


@dataclass(frozen=True)
class Ports:
    """The ports of one run."""

    web: int
    mail_web: int
    smtp: int
    notify: int
    postgres: int
    redis: int


def choose_ports(environ: Mapping[str, str] = os.environ) -> Ports:
    """Choose all ports before anything is started; raise `CannotStart` if one that was asked for is taken."""
    taken: dict[int, str] = {}

    def choose(variable: str, default: int, *, may_move: bool) -> int:
        wanted = _number(variable, environ.get(variable) or str(default))
        for port in range(wanted, min(wanted + TRIES, 65536) if may_move and not environ.get(variable) else wanted + 1):
            if port not in taken and is_free(port):
                taken[port] = variable
                return port
        owner = f"is already {taken[wanted]}" if wanted in taken else "is in use by another program"
        raise CannotStart(f'Port {wanted} {owner}: choose another, as in "{variable}={wanted + 1} make run".')

    return Ports(
        web=choose("WEB_PORT", 8000, may_move=False),
        mail_web=choose("MAIL_WEB_PORT", 8025, may_move=False),
        smtp=choose("SMTP_PORT", 1025, may_move=True),
        notify=choose("NOTIFY_PORT", 8026, may_move=True),
        postgres=choose("POSTGRES_PORT", 54320, may_move=True),
        redis=choose("REDIS_PORT", 63790, may_move=True),
    )


def is_free(port: int) -> bool:
    """Say whether a server could listen on the port now."""
    with socket.socket() as probe:
        # What lingers from a server stopped a moment ago is no obstacle; what listens still is.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
            probe.listen(1)
        except PermissionError:
            raise CannotStart(f"Port {port} may not be used by this user: choose one above 1023.") from None
        except OSError:
            return False
    return not answers(port)


def answers(port: int) -> bool:
    """Say whether something accepts connections on the port."""
    try:
        with socket.create_connection((LOCALHOST, port), timeout=1):
            return True
    except OSError:
        return False


def any_free_port() -> int:
    """Return a port that nobody uses, for servers which live as long as one test run."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _number(variable: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f"{variable} must be a port number from 1 to 65535, not {text!r}.")
    return int(text)
