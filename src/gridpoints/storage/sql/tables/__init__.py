"""The tables, as SQLModel classes. Their history stands in `migrations`; a test holds the two together.

`community_id` leads every primary, unique and foreign key, so that communities never meet, and
the same schema can be spread over machines by community. What `gridpoints.storage.integrity`
refuses is refused here by constraints. Every table has a prefix: the database may serve others too.
"""

from gridpoints.storage.sql.tables.base import Row, metadata, table_of
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
from gridpoints.storage.sql.tables.records import (
    AwardRow,
    ChangeRow,
    ClaimRow,
    CommunityRow,
    DraftRow,
    GridRow,
    HouseholdRow,
    MemberRow,
    MerchantRow,
    OfferRow,
    PublishedRulesRow,
    RedemptionRow,
    ServiceItemRow,
    SessionRow,
    SettlementRow,
    UnitRow,
    UsageRow,
    WishRow,
)

__all__ = [
    "AccountRow",
    "AwardRow",
    "BookRow",
    "ChangeRow",
    "ClaimRow",
    "CommunityRow",
    "DraftRow",
    "EntryRow",
    "GridRow",
    "HoldRow",
    "HouseholdRow",
    "JournalRow",
    "LotRow",
    "MemberRow",
    "MerchantRow",
    "NodeRow",
    "OfferRow",
    "PublishedRulesRow",
    "RedemptionRow",
    "Row",
    "SealRow",
    "ServiceItemRow",
    "SessionRow",
    "SettlementRow",
    "UnitRow",
    "UsageRow",
    "WishRow",
    "metadata",
    "table_of",
]
