"""Vouchers are issued, signed, handed on and revoked. A part of `Redemptions`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from attrs import evolve, frozen

from gridpoints.codes import code_hash, new_code, read_code
from gridpoints.community.leaving import LEFT, left_among
from gridpoints.community.model import Member, MemberStatus
from gridpoints.errors import HandingOnNotAllowed, NotUsable, RedemptionConflict, VoucherKeyUnknown
from gridpoints.ledger.checkpoint import PrivateKey, PublicKey
from gridpoints.redemption.model import Redemption, RedemptionStatus
from gridpoints.redemption.till.asking import Merits, check_id
from gridpoints.redemption.till.reserving import Reserving
from gridpoints.redemption.till.spending import SPEAKS_FOR_RESIDENTS
from gridpoints.redemption.vouchers.model import (
    GRACE,
    SECRET,
    VALIDITY,
    VOUCHER,
    SecretStatus,
    Voucher,
    VoucherKey,
    VoucherStatus,
)
from gridpoints.redemption.vouchers.tokens import Ticket
from gridpoints.rules.operations import Rules
from gridpoints.storage.port import Range, Work
from gridpoints.values import SYSTEM, Unit, check_instant, check_text, shown

#: So many signs of the goods and of the holder's name: more, in Chinese, and no QR code would hold the token.
_GOODS, _HOLDER = 100, 40
#: Before this a voucher ends: there must be days enough left for its grace.
_LAST = datetime.max.replace(tzinfo=UTC) - GRACE


@frozen
class Issued:
    """A voucher and its code, which is shown this once; None: it was issued before, by the same request."""

    voucher: Voucher
    code: str | None


@frozen
class Issuing(Reserving):
    """Vouchers, until somebody presents them."""

    def issue_voucher(
        self,
        goods: str | Mapping[str, int],
        member_id: str,
        *,
        quantity: int = 1,
        valid_until: datetime | None = None,
        named: bool = False,
        offline: bool = False,
        pooled: bool = False,
        merits: Merits | None = None,
        merchant_id: str | None = None,
        id: str | None = None,
    ) -> Issued:
        """Set goods and points aside, as `authorise` does, and give a code for them.

        Valid for `VALIDITY`, or until `valid_until`; `named`, `offline`: see `Voucher`. The same id again
        answers the voucher that stands, without its code. Raises what `authorise` does, and
        `RedemptionConflict` where the id is a voucher's of another kind, or a redemption's without one.
        """
        now = self.context.now()
        until = now + VALIDITY if valid_until is None else check_instant("valid_until", valid_until)
        if not now < until < _LAST:
            raise NotUsable(field="valid_until", value=shown(until))
        held_until = until + GRACE if offline else until
        id = self.context.id(None) if id is None else check_id(id)
        with self.context.begin() as work:
            redemption = self.authorise(
                goods,
                member_id,
                quantity=quantity,
                pooled=pooled,
                merits=merits,
                merchant_id=merchant_id,
                expires_at=held_until,
                id=id,
            )
            for standing in work.find(Voucher, {"id": id}):
                same_end = valid_until is None or standing.valid_until == until
                if (standing.named, standing.offline) != (named, offline) or not same_end:
                    raise RedemptionConflict(redemption=id)
                return Issued(standing, None)
            if redemption.status is not RedemptionStatus.AUTHORISED or redemption.expires_at != held_until:
                raise RedemptionConflict(redemption=id)  # it stood before, and nothing is held for a voucher
            code = new_code()
            voucher = Voucher(
                id=id,
                redemption_id=redemption.id,
                holder_id=member_id,
                code_hash=code_hash(str(read_code(code)), self.context.community),
                issued_at=now,
                valid_until=until,
                named=named,
                offline=offline,
            )
            return Issued(self.context.keep(work, voucher), code)

    def hand_on(self, voucher_id: str, member_id: str, *, reason: str | None = None) -> Voucher:
        """Let a voucher be somebody else's (转赠): of the same household, or, where the rules let, anybody's.

        Its points stay those of whoever it was issued to. Raises `HandingOnNotAllowed`, also where the actor
        is neither its holder nor somebody who does it for residents, `VoucherClosed` or `VoucherExpired`.
        """
        with self.context.begin() as work:
            taker = work.get(Member, member_id, lock=True)
            taker.must_be_active()
            voucher = work.get(Voucher, voucher_id, lock=True)
            voucher.must_be_good(self.context.now())
            self._must_be_let_hand_on(work, voucher, taker)
            handed = VOUCHER.advance(voucher, VoucherStatus.ISSUED, holder_id=taker.id)
            return self.context.change(work, voucher, handed, reason)

    def _must_be_let_hand_on(self, work: Work, voucher: Voucher, taker: Member) -> None:
        unit = work.get(Redemption, voucher.redemption_id).unit
        today = self.context.today()
        wallets = Rules(self.context).calendar().on(today).on(today).wallets
        wallet = wallets.get(unit)
        home = work.get(Member, voucher.holder_id).household_id
        family = home is not None and home == taker.household_id
        actor = self.context.actor
        own = actor.id == voucher.holder_id or actor.roles & SPEAKS_FOR_RESIDENTS
        if not own or wallet is None or not (wallet.gift or (wallet.transfer and family)):
            raise HandingOnNotAllowed(unit=unit, member=taker.name)

    def revoke_voucher(self, voucher_id: str, *, reason: str) -> Voucher:
        """Let a voucher be good for nothing: its points and goods go back. Again, it changes nothing.

        What became of points that were past their date by then is told with its redemption: see `void`.
        """
        with self.context.begin() as work:
            redemption_id = work.get(Voucher, voucher_id).redemption_id
            self.void(redemption_id, reason=reason)
            voucher = work.get(Voucher, voucher_id, lock=True)
            if voucher.status is VoucherStatus.REVOKED:
                return voucher
            revoked = VOUCHER.advance(voucher, VoucherStatus.REVOKED)
            return self.context.change(work, voucher, revoked, check_text("reason", reason))

    def void_departed(self) -> int:
        """Call off what members reserved who left: points and goods go back; answers how many it was.

        With a voucher, where they still hold it, and no till can have taken it without a network: such a one
        runs out by itself. As often as one likes: it happens once.
        """
        if self.context.actor != SYSTEM:  # whoever says what time it is: nobody decides this
            return evolve(self, context=evolve(self.context, actor=SYSTEM)).void_departed()
        with self.context.read() as work:
            reserved = dict(
                work.select(Redemption, ("id", "member_id"), {"status": RedemptionStatus.AUTHORISED})
            )
            gone = left_among(work, reserved.values(), self.context.now())
        return sum(self._void_departed(id, by) for id, by in reserved.items() if by in gone)

    def _void_departed(self, redemption_id: str, member_id: str) -> bool:
        with self.context.begin() as work:
            if work.get(Member, member_id, lock=True).status is MemberStatus.ACTIVE:
                return False
            vouchers = work.find(Voucher, {"redemption_id": redemption_id, "status": VoucherStatus.ISSUED})
            if any(voucher.offline or voucher.holder_id != member_id for voucher in vouchers):
                return False
            self._lock_offers_of(work, [redemption_id])
            if work.get(Redemption, redemption_id, lock=True).status is not RedemptionStatus.AUTHORISED:
                return False
            for voucher in vouchers:
                self.revoke_voucher(voucher.id, reason=LEFT)
            self.void(redemption_id, reason=LEFT)
            return True

    def expire_vouchers(self) -> int:
        """Note which vouchers ran out, their grace included, the oldest first; `expire` frees their goods.

        Answers how many; as long as that is not 0, there may be more.
        """
        now, expired = self.context.now(), 0
        with self.context.begin() as work:
            for offline, end in ((False, now), (True, now - GRACE)):  # what may still be on its way
                due = {"status": VoucherStatus.ISSUED, "offline": offline, "valid_until": Range(at_most=end)}
                vouchers = work.find(Voucher, due, order=("valid_until", "id"), limit=1_000, lock=True)
                self.context.change_all(
                    work, [(each, VOUCHER.advance(each, VoucherStatus.EXPIRED)) for each in vouchers]
                )
                expired += len(vouchers)
        return expired

    # --- tokens -------------------------------------------------------------------------------

    def know_voucher_key(self, key: PublicKey) -> VoucherKey:
        """Take vouchers that are signed with this key; again, it changes nothing. Raises `StaffOnly`."""
        known = VoucherKey(key.id.hex(), str(key), self.context.now())
        self._must_be_of_the_community()
        with self.context.begin() as work:
            for standing in work.find(VoucherKey, {"id": known.id}):
                return standing
            return self.context.keep(work, known)

    def revoke_voucher_key(self, key_id: str, *, reason: str) -> VoucherKey:
        """Take nothing more that is signed with a key; vouchers have to be signed anew with another.

        Raises `StaffOnly`.
        """
        self._must_be_of_the_community()
        with self.context.begin() as work:
            key = work.get(VoucherKey, key_id, lock=True)
            revoked = SECRET.advance(key, SecretStatus.REVOKED)
            return self.context.change(work, key, revoked, check_text("reason", reason))

    def voucher_keys(self) -> tuple[PublicKey, ...]:
        """The public keys that tills need."""
        with self.context.read() as work:
            return _keys(work)

    def token(self, voucher_id: str, key: PrivateKey, *, holder: str | None = None) -> str:
        """The signed text of a voucher's QR code, for tills that may have no network.

        `holder` is what the till is shown of a named voucher's holder: their name, or as much of it as
        should be on paper. Raises `VoucherClosed`, `VoucherExpired`, `VoucherKeyUnknown` for a key that
        the community does not know, or `NotUsable` for a voucher that is not for such tills, and for a
        named one without a `holder`: a till would give the goods to whoever brings it.
        """
        with self.context.read() as work:
            voucher = work.get(Voucher, voucher_id)
            voucher.must_be_good(self.context.now())
            if not voucher.offline:
                raise NotUsable(field="voucher", value=voucher.id)
            if voucher.named and holder is None:
                raise NotUsable(field="holder", value="")
            if key.public not in _keys(work):
                raise VoucherKeyUnknown(key=key.public.id.hex())
            redemption = work.get(Redemption, voucher.redemption_id)
            ticket = Ticket(
                community=self.context.community,
                voucher=voucher.id,
                goods="、".join(f"{line.name} × {line.quantity}" for line in redemption.lines)[:_GOODS],
                points=work.get(Unit, redemption.unit).decimal(redemption.points),
                unit=redemption.unit,
                until=voucher.valid_until,
                merchant=redemption.merchant_id,
                holder=None if holder is None else check_text("holder", holder, longest=_HOLDER),
            )
        return ticket.sign(key)

    def voucher(self, id: str) -> Voucher:
        """The voucher of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            voucher = work.get(Voucher, id)
            self._must_be_let_read(work, work.get(Redemption, voucher.redemption_id).merchant_id)
            return voucher

    def vouchers_of(self, member_id: str) -> list[Voucher]:
        """The vouchers that somebody holds or held, by time. Raises `StaffOnly`, but for one's own."""
        if self.context.actor.id != member_id:
            self._must_be_of_the_community()
        with self.context.read() as work:
            return work.find(Voucher, {"holder_id": member_id}, order=("issued_at", "id"))


def _keys(work: Work) -> tuple[PublicKey, ...]:
    return tuple(PublicKey.parse(key.text) for key in work.find(VoucherKey, {"status": SecretStatus.ACTIVE}))
