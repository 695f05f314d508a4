"""The card on a household's door (一户一卡), and lists that are held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import frozen

from gridpoints.community.model import Grid, Household


@frozen
class Contact:
    """One person to turn to: in which role, for which place, in which teams, and how they are reached."""

    role: str
    member_id: str
    name: str
    place: str
    duty: str
    contact: str
    teams: tuple[str, ...]


@frozen
class ContactCard:
    """Who is responsible for a household, the nearest first; `path` leads from the top of the tree to it."""

    household: Household
    path: tuple[Grid, ...]
    contacts: tuple[Contact, ...]

    def of(self, role: str) -> tuple[Contact, ...]:
        """Those who have one role."""
        return tuple(contact for contact in self.contacts if contact.role == role)


@frozen
class Comparison:
    """Two lists of the same things held against each other, each thing once, sorted."""

    on_both: tuple[str, ...]
    only_ours: tuple[str, ...]
    only_theirs: tuple[str, ...]
    theirs_twice: tuple[str, ...]


def compare(ours: Iterable[str], theirs: Iterable[str]) -> Comparison:
    """Hold a register against another department's list (人、地、物、组织): numbers, names, addresses.

    Blanks around an entry do not count, nor do empty ones.
    """
    own = {entry.strip() for entry in ours} - {""}
    listed = [entry.strip() for entry in theirs if entry.strip()]
    other = set(listed)
    twice = {entry for entry, times in Counter(listed).items() if times > 1}
    return Comparison(
        tuple(sorted(own & other)),
        tuple(sorted(own - other)),
        tuple(sorted(other - own)),
        tuple(sorted(twice)),
    )
