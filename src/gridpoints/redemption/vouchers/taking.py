"""Vouchers are presented at a till that has a network. A part of `Redemptions`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from gridpoints.codes import RotatingCode, code_hash, read_code, rotating_code
from gridpoints.community.model import Member
from gridpoints.errors import (
    ConcurrentChange,
    GridpointsError,
    NotYourCode,
    StoreError,
    VoucherClosed,
    VoucherElsewhere,
    VoucherNamed,
    VoucherNotValid,
    VoucherUnknown,
)
from gridpoints.redemption.merchants.acting import TILL_ROLE
from gridpoints.redemption.model import Redemption, RedemptionStatus
from gridpoints.redemption.till.spending import SPEAKS_FOR_RESIDENTS
from gridpoints.redemption.vouchers.issuing import Issuing, _keys
from gridpoints.redemption.vouchers.model import (
    SECRET,
    VOUCHER,
    Attempt,
    MemberSecret,
    SecretStatus,
    Voucher,
    VoucherStatus,
)
from gridpoints.redemption.vouchers.tokens import Ticket
from gridpoints.storage.port import Range, Work
from gridpoints.values import check_instant, check_whole


@frozen
class Taking(Issuing):
    """Vouchers, when somebody presents them."""

    def take_voucher(
        self,
        shown: str,
        *,
        member_code: str | None = None,
        pieces: int | Mapping[str, int] | None = None,
    ) -> Redemption:
        """Hand over what a voucher stands for, whole or in part; `shown` is its code or its token.

        For a named voucher, `member_code` is the one that its holder shows. Raises `VoucherNotValid`, which
        says nothing of why: the true reason is its ``__cause__``, and is kept as an `Attempt` for the
        operator; and `TooManyAttempts`.
        """
        with self.context.begin() as work:
            self._must_not_try_too_often(work)
            voucher_id: str | None = None
            try:
                with self.context.begin() as inner:
                    voucher_id = self._meant(inner, shown)
                    return self._take_voucher(inner, voucher_id, member_code, pieces)
            except (StoreError, ConcurrentChange):  # nothing was found out about the voucher
                raise
            except GridpointsError as refusal:
                why = refusal
                attempt = Attempt(
                    id=self.context.id(None),
                    by=self.context.actor.id,
                    at=self.context.now(),
                    reason=refusal.code,
                    voucher_id=voucher_id,
                )
                self.context.keep(work, attempt)
        raise VoucherNotValid from why

    def _meant(self, work: Work, shown: str) -> str:
        """The id of the voucher that a code or a token is of."""
        if "." in shown:
            ticket = Ticket.verify(
                shown,
                _keys(work),
                community=self.context.community,
                merchant=self._own_merchant(work),
                now=self.context.now(),
            )
            return ticket.voucher
        signs = read_code(shown)
        found = signs and work.find(Voucher, {"code_hash": code_hash(signs, self.context.community)})
        if not found:
            raise VoucherUnknown
        return found[0].id

    def _own_merchant(self, work: Work) -> str | None:
        """The merchant whose till this is; None for others."""
        return self._till(work).merchant_id if TILL_ROLE in self.context.actor.roles else None

    def _take_voucher(
        self, work: Work, id: str, member_code: str | None, pieces: int | Mapping[str, int] | None
    ) -> Redemption:
        redemption_id = work.get(Voucher, id).redemption_id
        self._lock_offers_of(work, [redemption_id])  # before the voucher: everybody locks in this order
        voucher = work.get(Voucher, id, lock=True)
        voucher.must_be_good(self.context.now())
        own = self._own_merchant(work)
        redemption = work.get(Redemption, redemption_id, lock=True)
        if own not in (None, redemption.merchant_id):
            raise VoucherElsewhere(voucher=voucher.id, merchant=redemption.merchant_id)
        if redemption.status is not RedemptionStatus.AUTHORISED:  # captured or called off by its own id
            raise VoucherClosed(voucher=voucher.id, status=redemption.status)
        if voucher.named and not self._shows(work, voucher.holder_id, member_code):
            raise VoucherNamed(voucher=voucher.id)
        redemption = self._capture(work, redemption_id, pieces)
        used = VOUCHER.advance(voucher, VoucherStatus.REDEEMED)
        self.context.write(work, (), [(voucher, used)], at_end=True)
        return redemption

    # --- a member's own code ------------------------------------------------------------------

    def member_code(self, member_id: str) -> RotatingCode:
        """Six digits that a member shows at a till (动态会员码), others every half minute: who they are.

        It is for the member's own eyes: raises `NotYourCode` for others, but for those who show it for people
        without a telephone.
        """
        now = self.context.now()
        with self.context.begin() as work:
            self._must_show(member_id)
            work.get(Member, member_id, lock=True).must_be_active()
            secret = self._secret(work, member_id)
        return rotating_code(bytes.fromhex(secret.secret), now)

    def renew_member_code(self, member_id: str, *, reason: str | None = None) -> None:
        """Make a member's codes of another secret: where a telephone was lost. Raises `NotYourCode`."""
        with self.context.begin() as work:
            self._must_show(member_id)
            work.get(Member, member_id, lock=True)
            old = self._secret(work, member_id)
            new = SECRET.advance(old, SecretStatus.ACTIVE, secret=secrets.token_hex(20), last_step=0)
            self.context.change(work, old, new, reason)

    def _must_show(self, member_id: str) -> None:
        actor = self.context.actor
        if actor.id != member_id and not actor.roles & SPEAKS_FOR_RESIDENTS:
            raise NotYourCode(actor=actor.id)

    def _secret(self, work: Work, member_id: str) -> MemberSecret:
        for standing in work.find(MemberSecret, {"id": member_id}, lock=True):
            return standing
        return self.context.keep(work, MemberSecret(member_id, secrets.token_hex(20), self.context.now()))

    def attempts(
        self, *, since: datetime | None = None, before: str | None = None, limit: int = 100
    ) -> list[Attempt]:
        """What was shown as a voucher and refused, and why, the latest first: for the operator's eyes.

        Up to `limit`; those that come after them are had with `before`, the id of the last one. Raises
        `StaffOnly` for whoever acts for a merchant, `RecordUnknown`, and `NotWholeNumber`.
        """
        self._must_be_of_the_community()
        check_whole("limit", limit, most=10_000)
        since = None if since is None else check_instant("since", since)
        with self.context.read() as work:
            where = {"at": Range(at_least=since)}
            if before is not None:  # ids are in the order of time
                where |= {"at": Range(at_least=since, at_most=work.get(Attempt, before).at)}
                where |= {"id": Range(below=before)}
            return work.find(Attempt, where, order=("-at", "-id"), limit=limit)
