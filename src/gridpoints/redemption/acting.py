"""Who may act for a merchant: its staff, its tills, and those of the community. A part of `Redemptions`."""

from __future__ import annotations

from attrs import frozen

from gridpoints.context import Context
from gridpoints.errors import NotOfThisMerchant, StaffOnly, TillMayNot
from gridpoints.redemption.partners import Merchant, Staff, StaffRole
from gridpoints.redemption.tills import KeyScope, Till
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Work

#: Who has it acts for merchants alone, and only for those where they are `Staff`.
MERCHANT_ROLE = "merchant"
#: Whoever gave the key of a till acts as the till, with this role and one for each scope of the key.
TILL_ROLE = "till"


def till_actor_id(till_id: str) -> str:
    """The id of the actor that a till is."""
    return f"{TILL_ROLE}:{till_id}"


def scope_role(scope: KeyScope) -> str:
    """The role of a till whose key has that scope."""
    return f"{TILL_ROLE}:{scope}"


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
        actor = self.context.actor
        if TILL_ROLE in actor.roles:
            till = work.get(Till, actor.id.removeprefix(till_actor_id("")))
            if till.merchant_id != merchant.id:
                raise NotOfThisMerchant(redemption=subject, merchant=till.name)
            if scope_role(scope) not in actor.roles:
                raise TillMayNot(till=till.name, till_scope=scope)
        else:
            role = StaffRole.MANAGER if scope is KeyScope.REFUND else StaffRole.CASHIER
            self._must_work_there(work, merchant, role)

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
