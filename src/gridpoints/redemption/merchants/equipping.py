"""A merchant's outlets and tills, and the keys that tills work with. A part of `Redemptions`."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from attrs import evolve, frozen

from gridpoints.errors import NotUsable, TillKeyRefused
from gridpoints.redemption.merchants.acting import TILL_ROLE, Acting, key_role, scope_role, till_actor_id
from gridpoints.redemption.merchants.model import Merchant, StaffRole
from gridpoints.redemption.merchants.outlets import (
    KEY_PREFIX,
    PLACE,
    SECRET_BYTES,
    TILL_KEY,
    KeyScope,
    KeyStatus,
    Opening,
    Outlet,
    PlaceStatus,
    Till,
    TillKey,
    hashed,
    is_clock_time,
)
from gridpoints.values import Actor, check_instant, check_one_of, check_text, check_whole, shown

#: What a till does that gives nothing back.
USUAL_SCOPES = (KeyScope.AUTHORISE, KeyScope.CAPTURE, KeyScope.VOID, KeyScope.READ)


@frozen
class Equipping(Acting):
    """Where points are taken."""

    def open_outlet(
        self,
        merchant_id: str,
        name: str,
        *,
        address: str = "",
        hours: Iterable[Opening] = (),
        id: str | None = None,
    ) -> Outlet:
        """Note a place of a merchant's, with its opening hours."""
        outlet = Outlet(
            id=self.context.id(id),
            merchant_id=merchant_id,
            name=check_text("name", name, longest=200),
            address=check_text("address", address, longest=400) if address else "",
            hours=_checked(hours),
        )
        with self.context.begin() as work:
            self._must_work_there(work, work.get(Merchant, merchant_id), StaffRole.OWNER)
            return self.context.keep(work, outlet)

    def set_hours(self, outlet_id: str, hours: Iterable[Opening]) -> Outlet:
        """Change the opening hours of an outlet: see `Outlet`; without any it is always open."""
        return self._change_outlet(outlet_id, PlaceStatus.OPEN, None, hours=_checked(hours))

    def close_outlet(self, outlet_id: str, *, reason: str | None = None) -> Outlet:
        """Take no points there any more, with any of its tills."""
        return self._change_outlet(outlet_id, PlaceStatus.CLOSED, reason)

    def reopen_outlet(self, outlet_id: str) -> Outlet:
        """Take points there again."""
        return self._change_outlet(outlet_id, PlaceStatus.OPEN, None)

    def _change_outlet(
        self, outlet_id: str, to: PlaceStatus, reason: str | None, **changes: object
    ) -> Outlet:
        with self.context.begin() as work:
            outlet = work.get(Outlet, outlet_id, lock=True)
            self._must_work_there(work, work.get(Merchant, outlet.merchant_id), StaffRole.OWNER)
            return self.context.change(work, outlet, PLACE.advance(outlet, to, **changes), reason)

    def outlets(self, merchant_id: str) -> list[Outlet]:
        """A merchant's outlets, by name."""
        with self.context.read() as work:
            self._must_be_let_read(work)
            return work.find(Outlet, {"merchant_id": merchant_id}, order=("name", "id"))

    # --- tills --------------------------------------------------------------------------------

    def add_till(self, outlet_id: str, name: str, *, id: str | None = None) -> Till:
        """Note a till of an outlet. It can do nothing before it has a key."""
        with self.context.begin() as work:
            outlet = work.get(Outlet, outlet_id)
            self._must_work_there(work, work.get(Merchant, outlet.merchant_id), StaffRole.OWNER)
            name = check_text("name", name, longest=200)
            return self.context.keep(work, Till(self.context.id(id), outlet.id, outlet.merchant_id, name))

    def close_till(self, till_id: str, *, reason: str | None = None) -> Till:
        """Put a till out of use: none of its keys works any more."""
        with self.context.begin() as work:
            till = work.get(Till, till_id, lock=True)
            self._must_work_there(work, work.get(Merchant, till.merchant_id), StaffRole.OWNER)
            return self.context.change(work, till, PLACE.advance(till, PlaceStatus.CLOSED), reason)

    def tills(self, merchant_id: str) -> list[Till]:
        """A merchant's tills, by name."""
        with self.context.read() as work:
            self._must_be_let_read(work, merchant_id)
            return work.find(Till, {"merchant_id": merchant_id}, order=("name", "id"))

    # --- keys ---------------------------------------------------------------------------------

    def issue_key(
        self,
        till_id: str,
        scopes: Iterable[KeyScope | str] = (
            KeyScope.AUTHORISE,
            KeyScope.CAPTURE,
            KeyScope.VOID,
            KeyScope.READ,
        ),
        *,
        expires_at: datetime | None = None,
    ) -> tuple[TillKey, str]:
        """A new key for a till, and its text, which is shown this once and kept nowhere.

        The text is ``gpt_`` with the key's id and its secret.
        """
        secret, salt = secrets.token_hex(SECRET_BYTES), secrets.token_hex(16)
        with self.context.begin() as work:
            till = work.get(Till, till_id)
            self._must_work_there(work, work.get(Merchant, till.merchant_id), StaffRole.OWNER)
            key = TillKey(
                id=self.context.id(None),
                till_id=till.id,
                merchant_id=till.merchant_id,
                salt=salt,
                hash=hashed(secret, salt),
                scopes=tuple(sorted({check_one_of("scope", scope, KeyScope) for scope in scopes})),
                issued_at=self.context.now(),
                expires_at=None if expires_at is None else check_instant("expires_at", expires_at),
            )
            return self.context.keep(work, key), f"{KEY_PREFIX}_{key.id}_{secret}"

    def revoke_key(self, key_id: str, *, reason: str | None = None) -> TillKey:
        """Let a key never work again; again, it changes nothing."""
        with self.context.begin() as work:
            key = work.get(TillKey, key_id, lock=True)
            self._must_work_there(work, work.get(Merchant, key.merchant_id), StaffRole.OWNER)
            if key.status is KeyStatus.REVOKED:
                return key
            return self.context.change(work, key, TILL_KEY.advance(key, KeyStatus.REVOKED), reason)

    def keys(self, till_id: str) -> list[TillKey]:
        """The keys of a till, revoked ones included, without their secrets: for the merchant's owner."""
        with self.context.read() as work:
            till = work.get(Till, till_id)
            self._must_work_there(work, work.get(Merchant, till.merchant_id), StaffRole.OWNER)
            return work.find(TillKey, {"till_id": till_id}, order=("issued_at", "id"))

    def till_of(self, text: str) -> Actor:
        """Who acts with the key `text`: pass it to `Community.acting_as`.

        Raises `TillKeyRefused`, and never says why: for a key that is unknown, wrong, expired, revoked, or of
        a till or an outlet that is out of use. So does whatever is called later, once it is.
        """
        prefix, _, rest = text.partition("_") if isinstance(text, str) else ("", "", "")
        id, _, secret = rest.partition("_")
        with self.context.read() as work:
            key, till = self._behind(work, id)
        if not key.opens_with(secret, self.context.now()) or prefix != KEY_PREFIX:
            raise TillKeyRefused
        roles = {TILL_ROLE, key_role(key.id), *map(scope_role, key.scopes)}
        return Actor(till_actor_id(till.id), frozenset(roles))


def _checked(hours: Iterable[Opening]) -> tuple[Opening, ...]:
    """Hours that can be; raises `NotUsable` or `NotWholeNumber`."""
    checked = []
    for opening in hours:
        check_whole("weekday", opening.weekday, most=7)
        if not (is_clock_time(opening.opens) and is_clock_time(opening.closes)):
            raise NotUsable(field="hours", value=shown(f"{opening.opens}-{opening.closes}"))
        if opening.opens >= opening.closes:
            raise NotUsable(field="hours", value=shown(f"{opening.opens}-{opening.closes}"))
        checked.append(evolve(opening))
    return tuple(sorted(checked, key=lambda each: (each.weekday, each.opens)))
