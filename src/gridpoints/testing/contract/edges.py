"""Values at the edges of what a record may hold."""

from __future__ import annotations

from datetime import UTC, datetime

from gridpoints.values import LONGEST_IDENTIFIER

#: The last microsecond of a February day in Shanghai.
MOMENT = datetime(2028, 2, 29, 15, 59, 59, 999_999, tzinfo=UTC)
LATER = datetime(2199, 12, 31, 16, tzinfo=UTC)
BEFORE_1970 = datetime(1949, 10, 1, 7, 0, 0, 1, tzinfo=UTC)
#: Beyond the 16 bits of older encodings, with quotes, signs of SQL, a line break, and both scripts.
TEXT = "𠮷野家 👩‍👩‍👧 “白羊村” 'O\\'Neil'; -- %s {x} :y\n積分\t积分 é"
LONG_ID = "请" * LONGEST_IDENTIFIER
