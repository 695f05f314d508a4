"""Who may act for a merchant: its staff, its tills, and those of the community. A part of `Redemptions`."""

from __future__ import annotations

from attrs import frozen

from gridpoints.context import Context
from gridpoints.errors import (
    NotATill,
    NotOfThisMerchant,
    RecordUnknown,
    StaffOnly,
    TillKeyRefused,
    TillMayNot,
)
from gridpoints.redemption.merchants.model import Merchant, Staff, StaffRole
from gridpoints.redemption.merchants.outlets import KeyScope, Outlet, PlaceStatus, Till, TillKey
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Work

#: Who has it acts for merchants alone, and only for those where they are `Staff`.
MERCHANT_ROLE = "merchant"
#: Whoever gave the key of a till acts as the till: with this role, one for the key, one for each scope.
TILL_ROLE = "till"


def till_actor_id(till_id: str) -> str:
    """The id of the actor that a till is."""
    return f"{TILL_ROLE}:{till_id}"


def scope_role(scope: KeyScope) -> str:
    """The role of a till whose key has that scope."""
    return f"{TILL_ROLE}:{scope}"


def key_role(key_id: str) -> str:
    """The role of a till that acts with that key."""
    return f"{TILL_ROLE}:key:{key_id}"


def staff_id(merchant_id: str, person: str) -> str:
    """The id of the record of somebody who works for a merchant."""
    return f"{merchant_id}/{person}"


@frozen
class Acting:
    """Refuses who acts for a merchant and may not. Whoever has neither role is of the community."""

    context: Context

    @property
    def _acts_for_a_merchant(self) -> bool:
        return not self.context.actor.roles.isdisjoint((TILL_ROLE, MERCHANT_ROLE))

    def _must_serve(self, work: Work, merchant: Merchant, scope: KeyScope, subject: str) -> None:
        """Refuse a till of another merchant, or without that scope, and whoever does not work there."""
        if TILL_ROLE in self.context.actor.roles:
            till = self._till_for(work, scope)
            if till.merchant_id != merchant.id:
                raise NotOfThisMerchant(redemption=subject, merchant=till.name)
        else:
            role = StaffRole.MANAGER if scope is KeyScope.REFUND else StaffRole.CASHIER
            self._must_work_there(work, merchant, role)

    def _must_be_let_read(self, work: Work, merchant_id: str | None = None) -> None:
        """Refuse a till whose key is not for reading, and whoever acts for another merchant than this one.

        Without a merchant, it is about what everybody may read: offers, opening hours.
        """
        if merchant_id is not None and self._acts_for_a_merchant:
            merchant = work.get(Merchant, merchant_id)
            self._must_serve(work, merchant, KeyScope.READ, merchant.name)
        elif TILL_ROLE in self.context.actor.roles:
            self._till_for(work, KeyScope.READ)

    def _till_for(self, work: Work, scope: KeyScope) -> Till:
        """The till that acts, with a key that is for this; raises `TillMayNot`, or what `_till` does."""
        till = self._till(work)
        if scope_role(scope) not in self.context.actor.roles:
            raise TillMayNot(till=till.name, till_scope=scope)
        return till

    def _till(self, work: Work) -> Till:
        """The till that acts: raises `NotATill`, and `TillKeyRefused` once its key is no longer good."""
        actor, prefix = self.context.actor, key_role("")
        if TILL_ROLE not in actor.roles:
            raise NotATill(actor=actor.id)
        ids = [role.removeprefix(prefix) for role in actor.roles if role.startswith(prefix)]
        return self._behind(work, "".join(ids))[1]

    def _behind(self, work: Work, key_id: str) -> tuple[TillKey, Till]:
        """A key that is good, and its till; raises `TillKeyRefused`."""
        try:
            key = work.get(TillKey, key_id)
            till = work.get(Till, key.till_id)
            outlet = work.get(Outlet, till.outlet_id)
        except RecordUnknown:
            raise TillKeyRefused from None
        if not key.is_good(self.context.now()) or PlaceStatus.CLOSED in (till.status, outlet.status):
            raise TillKeyRefused
        return key, till

    def _must_work_there(self, work: Work, merchant: Merchant, role: StaffRole) -> None:
        """Refuse tills, those who act for merchants without being this one's staff in that role, and others.

        Of the community, those who have the right to see to merchants.
        """
        actor = self.context.actor
        if TILL_ROLE in actor.roles:
            raise StaffOnly(actor=actor.id, merchant=merchant.name, staff_role=role)
        if MERCHANT_ROLE in actor.roles:
            found = work.find(Staff, {"id": staff_id(merchant.id, actor.id)})
            if not any(staff.may(role) for staff in found):
                raise StaffOnly(actor=actor.id, merchant=merchant.name, staff_role=role)
        else:
            Rules(self.context).require(Right.MERCHANTS)

    def _must_be_of_the_community(self, merchant: Merchant | None = None) -> None:
        """Refuse whoever acts for merchants: what is asked is for the community to decide.

        `merchant` is whom it is about; None: the whole community.
        """
        if self._acts_for_a_merchant:
            about = self.context.community if merchant is None else merchant.name
            raise StaffOnly(actor=self.context.actor.id, merchant=about, staff_role="clerk")
        Rules(self.context).require(Right.MERCHANTS)
