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
    ArrearsRow,
    AwardRow,
    ChangeRow,
    ClaimRow,
    CommunityRow,
    DraftRow,
    GridRow,
    HouseholdRow,
    MemberRow,
    MerchantRow,
    ObjectionRow,
    OfferRow,
    PublishedRulesRow,
    RedemptionRow,
    ReviewRow,
    ServiceItemRow,
    SessionRow,
    SettlementRow,
    UnitRow,
    UsageRow,
    VoteRow,
    WishRow,
)

__all__ = [
    "AccountRow",
    "ArrearsRow",
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
    "ObjectionRow",
    "OfferRow",
    "PublishedRulesRow",
    "RedemptionRow",
    "ReviewRow",
    "Row",
    "SealRow",
    "ServiceItemRow",
    "SessionRow",
    "SettlementRow",
    "UnitRow",
    "UsageRow",
    "VoteRow",
    "WishRow",
    "metadata",
    "table_of",
]
