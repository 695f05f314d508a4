"""Several things done at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence

from gridpoints import GridpointsError
from gridpoints.ledger.model import Rejected


def race(acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """Do all of it at the same moment; what came of each: ``done``, or the code of its refusal."""
    barrier = threading.Barrier(len(acts))
    came: list[str] = []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            outcomes = act()
            for outcome in outcomes if isinstance(outcomes, list) else ():
                if isinstance(outcome, Rejected):
                    raise outcome.error
        except GridpointsError as refusal:
            came.append(refusal.code)
        else:
            came.append("done")

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came) == len(acts), "one of them raised what is no error of ours"
    return Counter(came)
