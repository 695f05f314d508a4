"""The tables, as SQLModel classes. Their history stands in `migrations`; a test holds the two together.

`community_id` leads every primary, unique and foreign key, so that communities never meet, and
the same schema can be spread over machines by community. What `gridpoints.storage.integrity`
refuses is refused here by constraints. Every table has a prefix: the database may serve others too.
"""

from gridpoints.storage.sql.tables import (
    awards,
    catalog,
    changes,
    claiming,
    community,
    emergency,
    neighbourhood,
    oversight,
    people,
    recognition,
    redemption,
    vouchers,
)
from gridpoints.storage.sql.tables.base import Row, metadata, table_of
from gridpoints.storage.sql.tables.community import CommunityRow
from gridpoints.storage.sql.tables.ledger import (
    AccountRow,
    BookRow,
    EntryRow,
    HoldRow,
    JournalRow,
    LotRow,
    NodeRow,
    SealRow,
)
from gridpoints.storage.sql.tables.rules import UnitRow, UsageRow

__all__ = [
    "AccountRow",
    "BookRow",
    "CommunityRow",
    "EntryRow",
    "HoldRow",
    "JournalRow",
    "LotRow",
    "NodeRow",
    "Row",
    "SealRow",
    "UnitRow",
    "UsageRow",
    "awards",
    "catalog",
    "changes",
    "claiming",
    "community",
    "emergency",
    "metadata",
    "neighbourhood",
    "oversight",
    "people",
    "recognition",
    "redemption",
    "table_of",
    "vouchers",
]
