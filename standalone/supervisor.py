"""Keep the children running until told to stop, then stop them in order and leave nothing behind."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from standalone.children import Child, how
from standalone.console import CannotStart, say
from standalone.leftovers import MARK, Record

TICK = 0.05
TRIES_AT_THE_START = 2


class Stopped(Exception):
    """Somebody asked for the end while something was waited for."""


class Supervisor:
    """The children of one run. Use it in a `with`: however the block is left, they are stopped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "log"
        self.record = Record(folder)
        self.children: list[Child] = []
        self.asked_to_stop = 0
        self.signal = 0

    def __enter__(self) -> Self:
        self.logs.mkdir(mode=0o700, exist_ok=True)
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored under nohup, and it should stay so
            signal.signal(signal.SIGHUP, self._on_signal)
        self.record.end_leftovers()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> bool:
        self.stop()
        return kind is Stopped

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.asked_to_stop += 1
        self.signal = number

    def marked(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the environment with the mark by which a later start knows our processes."""
        return {**environment, MARK: self.record.mark}

    def servers_environment(self) -> dict[str, str]:
        """Return the environment of a server program, which needs to know nothing of ours."""
        return self.marked({"PATH": os.defpath, "LC_ALL": "C"})

    def start(self, child: Child) -> Child:
        """Start a child and keep it running from now on."""
        self.children.append(child)
        self._start(child)
        return child

    def _start(self, child: Child) -> None:
        child.start()
        self.record.write(self.children)

    def begin(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Child:
        """Start a command that has an end, without waiting for it."""
        log = self.logs / f"{name}.log"
        log.unlink(missing_ok=True)
        return self.start(Child(name, command, self.marked(environment), folder, log, is_passing=True))

    def finish(self, child: Child) -> str:
        """Wait for the end of a command, return its output; raise `CannotStart` with its last lines if it fails."""
        while (code := child.ended()) is None:
            self.tend()
        self.children.remove(child)
        if code:
            raise CannotStart(
                f"{child.last_words()}\n{child.name} failed ({how(code)}); all it said is in {child.log}."
            )
        return child.log.read_text(errors="replace")

    def wait_for(self, child: Child, is_ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until a child serves; raise `CannotStart` if it keeps dying or takes too long."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.tend()
            if child.failures >= TRIES_AT_THE_START or time.monotonic() > deadline:
                what = "does not stay up" if child.failures >= TRIES_AT_THE_START else f"was not up in {seconds:.0f} s"
                raise CannotStart(f"{child.last_words()}\n{child.name} {what}; all it said is in {child.log}.")

    def tend(self) -> None:
        """Look after the children once: start again what died, when its pause is over."""
        if self.asked_to_stop:
            raise Stopped
        for child in self.children:
            if child.is_passing:
                continue
            if child.restart_at:
                if time.monotonic() >= child.restart_at:
                    child.restart_at = 0.0
                    self._start(child)
            elif (code := child.ended()) is not None:
                say(f"{child.name} {how(code)}: starting it again in {child.pause():.1f} s.")
        time.sleep(TICK)

    def tend_forever(self) -> None:
        """Look after the children until asked to stop."""
        with contextlib.suppress(Stopped):
            while True:
                self.tend()

    def stop(self) -> None:
        """Stop the children, the last started first; whoever does not stop in time is ended, or at a second request."""
        for child in reversed(self.children):
            child.ask_to_stop()
            deadline, asked = time.monotonic() + child.patience, max(self.asked_to_stop, 1)
            while child.process and child.ended() is None:
                if time.monotonic() > deadline or self.asked_to_stop > asked:
                    child.signal_all(signal.SIGKILL)
                time.sleep(TICK)
        self.children.clear()
        self.record.path.unlink(missing_ok=True)
