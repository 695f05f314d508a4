"""For the tests of a store of your own, and of programs that use gridpoints. Needs pytest."""

import pytest

pytest.register_assert_rewrite("gridpoints.testing.contract")

from gridpoints.testing.contract import StorageContract  # noqa: E402 (rewritten, as just asked for)
from gridpoints.testing.sources import START, ManualClock, SequentialIds  # noqa: E402

__all__ = ["START", "ManualClock", "SequentialIds", "StorageContract"]
