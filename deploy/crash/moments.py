"""Moments that somebody waits for, so that a process can be killed in the middle of what it does."""

from __future__ import annotations

import threading

# How long the one who has reached a moment is held up at most.
HOLD = 1.0


class Watch:
    """The next time that something happens, and the name of the life that it happens to."""

    def __init__(self) -> None:
        self.life = ""
        self.reached = threading.Event()
        self.released = threading.Event()

    def wait(self, limit: float) -> str | None:
        """Whom it happened to; None when it did not happen in time."""
        return self.life if self.reached.wait(limit) else None


class Moments:
    """Watches by the moment's name, at most one for each."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.watches: dict[str, Watch] = {}

    def watch(self, name: str) -> Watch:
        with self.lock:
            watch = self.watches[name] = Watch()
        return watch

    def forget(self, name: str) -> None:
        """Nobody waits for it any longer; whoever is held goes on."""
        with self.lock:
            watch = self.watches.pop(name, None)
        if watch: watch.released.set()

    def reach(self, name: str, life: str) -> Watch | None:
        """Tells whoever waits, once; the watch says when to go on."""
        with self.lock:
            watch = self.watches.get(name)
            if watch is None or watch.reached.is_set(): return None
            watch.life = life
            watch.reached.set()
        return watch
