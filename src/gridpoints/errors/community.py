"""What `gridpoints.community` refuses: who is meant, and who belongs."""

from __future__ import annotations

from gridpoints.errors.base import NotFound, Refused


class MemberInactive(Refused):
    """{member} has left the community and can neither claim, earn nor redeem."""

    member: str


class MemberUnknown(NotFound):
    """There is no member {member}. Write their number, or their name as it was enrolled."""

    member: str


class MemberAmbiguous(NotFound):
    """Several members are named {name}. Write the number instead: {numbers}."""

    name: str
    numbers: tuple[str, ...]
