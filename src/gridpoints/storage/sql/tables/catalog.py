"""What can be done: the tables of `gridpoints.catalog`."""

from __future__ import annotations

from gridpoints.catalog.model import ServiceItem, Session
from gridpoints.storage.sql.tables.base import Instant, Key, Row, Text, Whole, index, kept


class ServiceItemRow(Row, table=True):
    """See `gridpoints.catalog.model.ServiceItem`."""

    __tablename__ = "gridpoints_service_item"
    __table_args__ = kept(ServiceItem)
    id: Key
    name: Text
    deed: Text
    description: Text
    status: Text
    version: Whole


class SessionRow(Row, table=True):
    """See `gridpoints.catalog.model.Session`."""

    __tablename__ = "gridpoints_session"
    __table_args__ = kept(Session, index("item_id", "starts_at"))
    id: Key
    item_id: Text
    starts_at: Instant
    ends_at: Instant
    places: Whole
    status: Text
    version: Whole
