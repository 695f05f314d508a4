"""What `gridpoints.oversight` refuses."""

from __future__ import annotations

from gridpoints.errors.base import NotAllowed


class NotForYourEyes(NotAllowed):
    """{actor} cannot see what looks odd about others: that needs one of the roles {roles}."""

    actor: str
    roles: tuple[str, ...]
