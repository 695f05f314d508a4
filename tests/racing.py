"""Several things done at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence

from gridpoints import GridpointsError


def race(acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """Do all of it at the same moment; what came of each: ``done``, or the code of its refusal."""
    barrier = threading.Barrier(len(acts))
    came: list[str] = []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except GridpointsError as refusal:
            came.append(refusal.code)
        else:
            came.append("done")

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(came)
