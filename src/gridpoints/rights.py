"""What the rules of a community let somebody do with its ledger by hand."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import OfAnotherRoom
from gridpoints.ledger.accounts import Account, AccountKind
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right

#: How the ids begin of what a room posts and has to take back itself: its own records go with it.
_ROOMS = {
    "award": "award",
    "bounty": "bounty",
    "redemption": "redemption",
    "refund": "refund",
    "retaken": "refund",
    "settlement": "settlement",
}
_OF_PEOPLE = frozenset({AccountKind.MEMBER, AccountKind.HOUSEHOLD})


@frozen
class LedgerRights:
    """The guard of the ledger that a community hands out: `gridpoints.ledger.guard.Guard`."""

    context: Context

    def adjusting(self, reversed_ids: Iterable[str | None] = ()) -> None:
        """Raise `RightReserved`, or `OfAnotherRoom` where what is taken back has a record of its own."""
        Rules(self.context).require(Right.ADJUST)
        for id in reversed_ids:
            kind, _, record = id.partition(":") if isinstance(id, str) else ("", "", "")
            if record and kind in _ROOMS:
                raise OfAnotherRoom(transaction=str(id), kind=_ROOMS[kind])

    def reading(self, accounts: Iterable[Account], *, entries: bool) -> None:
        """Raise `RightReserved` where the accounts are other people's, and to see them is reserved."""
        of_people = [account for account in accounts if account.kind in _OF_PEOPLE]
        rules, right = Rules(self.context), Right.SEE_STATEMENTS if entries else Right.SEE_BALANCES
        if of_people and not any(map(self._is_own, of_people)):
            rules.require(right)

    def _is_own(self, account: Account) -> bool:
        actor = self.context.actor.id
        if account.kind is AccountKind.MEMBER:
            return account.owner == actor
        with self.context.read() as work:
            return any(m.household_id == account.owner for m in work.find(Member, {"id": actor}))
