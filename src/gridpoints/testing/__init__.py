"""For tests: of a store of your own (`StorageContract`, `LedgerMachine`), and of programs that
use gridpoints (`ManualClock`, `SequentialIds`). Needs pytest and Hypothesis for the former.
"""

from gridpoints.testing.sources import START, ManualClock, SequentialIds

__all__ = ["START", "ManualClock", "SequentialIds"]
