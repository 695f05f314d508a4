"""A lock that is handed on in the order in which it was asked for."""

from __future__ import annotations

from collections import deque
from threading import Lock, get_ident
from types import TracebackType

from gridpoints.storage.port import LEFT_OPEN


class Turns:
    """A lock for a ``with`` statement.

    A `threading.Lock` goes to whoever is quickest, most often the thread that has just let go of it,
    and the others starve. Who has the turn and asks for another would wait for themselves: RuntimeError.
    """

    def __init__(self) -> None:
        self._taken = False
        self._holder: int | None = None
        self._waiting: deque[Lock] = deque()
        self._mutex = Lock()

    def __enter__(self) -> None:
        with self._mutex:
            if not self._taken:
                self._taken, self._holder = True, get_ident()
                return
            if self._holder == get_ident():
                raise RuntimeError(LEFT_OPEN)
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
        try:
            gate.acquire()  # opened by the one before
            self._holder = get_ident()
        except BaseException:  # interrupted while waiting
            with self._mutex:
                if gate in self._waiting:
                    self._waiting.remove(gate)
                    raise
            self._hand_on()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._hand_on()

    def _hand_on(self) -> None:
        with self._mutex:
            self._holder = None
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
