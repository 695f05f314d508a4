"""Merchants: applied, agreed, active, suspended, left. A part of `Redemptions`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from attrs import evolve, frozen

from gridpoints.errors import AgreementMissing, AgreementOverlaps, StaffOnly, UnitUnknown
from gridpoints.redemption.merchants.acting import TILL_ROLE, Acting, staff_id
from gridpoints.redemption.merchants.model import (
    AGREEMENT,
    ALLIANCE,
    MERCHANT,
    STAFF,
    Agreement,
    AgreementStatus,
    Alliance,
    AllianceStatus,
    Merchant,
    MerchantStatus,
    Staff,
    StaffRole,
    StaffStatus,
    agreed_on,
)
from gridpoints.storage.port import Work
from gridpoints.values import (
    Period,
    Unit,
    check_decimal,
    check_identifier,
    check_number,
    check_one_of,
    check_text,
    check_whole,
    shown,
)


@frozen
class Onboarding(Acting):
    """Who takes points, and on what terms."""

    def register_merchant(
        self, name: str, *, unit: str, rate: Decimal | str, currency: str = "CNY", id: str | None = None
    ) -> Merchant:
        """Note a merchant's application: it would be paid `rate` in `currency` for one point.

        Raises `StaffOnly` for a till, and `UnitUnknown` for a unit that no rules ever declared.
        """
        merchant = Merchant(
            id=self.context.id(id),
            name=check_text("name", name, longest=200),
            unit=unit,
            rate=check_decimal("rate", rate),
            currency=check_text("currency", currency, longest=3),
        )
        if TILL_ROLE in self.context.actor.roles:
            raise StaffOnly(actor=self.context.actor.id, merchant=merchant.name, staff_role=StaffRole.OWNER)
        with self.context.begin() as work:
            if not work.count(Unit, {"code": unit}):
                raise UnitUnknown(unit=shown(unit))
            return self.context.keep(work, merchant)

    def activate_merchant(self, merchant_id: str) -> Merchant:
        """Let a merchant take points: the agreement is signed, or a suspension over.

        Where nothing was ever agreed, this agrees to what it applied with, from today on, without a fee.
        Raises `AgreementMissing` where what was agreed has ended: the next agreement is signed first.
        """
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id, lock=True)
            self._must_be_of_the_community(merchant)
            active = MERCHANT.advance(merchant, MerchantStatus.ACTIVE)
            agreements, today = work.find(Agreement, {"merchant_id": merchant.id}), self.context.today()
            if not agreements:
                self.context.keep(work, self._agreement(merchant, self.context.id(None)))
            elif all(each.ends_on is not None and each.ends_on <= today for each in agreements):
                raise AgreementMissing(merchant=merchant.name, day=today)
            return self.context.change(work, merchant, active)

    def suspend_merchant(self, merchant_id: str, *, reason: str) -> Merchant:
        """Let a merchant take no new redemptions for now; what is reserved is still handed out."""
        return self._move_merchant(merchant_id, MerchantStatus.SUSPENDED, reason)

    def dismiss_merchant(self, merchant_id: str, *, reason: str | None = None) -> Merchant:
        """Note that a merchant left for good; what it took is still settled."""
        return self._move_merchant(merchant_id, MerchantStatus.LEFT, reason)

    def _move_merchant(self, merchant_id: str, to: MerchantStatus, reason: str | None = None) -> Merchant:
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id, lock=True)
            self._must_be_of_the_community(merchant)
            return self.context.change(work, merchant, MERCHANT.advance(merchant, to), reason)

    def merchant(self, id: str) -> Merchant:
        """The merchant of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            self._must_be_let_read(work)
            return work.get(Merchant, id)

    def merchants(self) -> list[Merchant]:
        """All merchants, by name."""
        with self.context.read() as work:
            self._must_be_let_read(work)
            return work.find(Merchant, order=("name", "id"))

    # --- agreements ---------------------------------------------------------------------------

    def sign_agreement(
        self,
        merchant_id: str,
        *,
        starts_on: date | None = None,
        ends_on: date | None = None,
        rate: Decimal | str | None = None,
        fee: Decimal | str = "0",
        settled: Period | str = Period.MONTH,
        cut_off: int = 0,
        categories: Iterable[str] = (),
        id: str | None = None,
    ) -> Agreement:
        """Note what was agreed with a merchant: see `Agreement`. Without a day, from today on.

        It follows the agreements that there are, from its first day on; those stay as they were signed.
        Raises `AgreementOverlaps` for one that would not begin after the last. A merchant that applied is
        agreed with from now on, and takes points when it is activated.
        """
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id, lock=True)
            self._must_be_of_the_community(merchant)
            agreement = evolve(
                self._agreement(merchant, self.context.id(id), starts_on),
                ends_on=ends_on,
                rate=merchant.rate if rate is None else check_decimal("rate", rate),
                fee=check_number("fee", fee, below=100, digits=4),
                settled=check_one_of("settled", settled, Period),
                cut_off=check_whole("cut_off", cut_off, least=0, most=366),
                categories=tuple(sorted({check_identifier("category", each) for each in categories})),
            )
            last = work.find(Agreement, {"merchant_id": merchant.id}, order=("-starts_on",), limit=1)
            if last and last[0].starts_on >= agreement.starts_on:
                raise AgreementOverlaps(
                    merchant=merchant.name, agreement=last[0].id, starts_on=last[0].starts_on
                )
            if merchant.status is MerchantStatus.APPLIED:
                agreed = MERCHANT.advance(merchant, MerchantStatus.AGREED)
                self.context.change(work, merchant, agreed)
            return self.context.keep(work, agreement)

    def _agreement(self, merchant: Merchant, id: str, starts_on: date | None = None) -> Agreement:
        """What the merchant applied with, agreed to as it is."""
        return Agreement(
            id=id,
            merchant_id=merchant.id,
            starts_on=self.context.day("starts_on", starts_on),
            rate=merchant.rate,
            currency=merchant.currency,
            signed_by=self.context.actor.id,
        )

    def end_agreement(self, agreement_id: str, ends_on: date, *, reason: str | None = None) -> Agreement:
        """Say on which day an agreement no longer holds; what was taken before is settled by it."""
        with self.context.begin() as work:
            agreement = work.get(Agreement, agreement_id, lock=True)
            self._must_be_of_the_community(work.get(Merchant, agreement.merchant_id))
            ended = AGREEMENT.advance(agreement, AgreementStatus.ENDED, ends_on=ends_on)
            return self.context.change(work, agreement, ended, reason)

    def agreements(self, merchant_id: str) -> list[Agreement]:
        """Everything that was ever agreed with a merchant, by its first day."""
        with self.context.read() as work:
            self._must_be_let_read(work, merchant_id)
            return work.find(Agreement, {"merchant_id": merchant_id}, order=("starts_on", "id"))

    def agreement_on(self, merchant_id: str, day: date | None = None) -> Agreement:
        """What is agreed with a merchant for a local day (None: today); raises `AgreementMissing`."""
        with self.context.read() as work:
            merchant = work.get(Merchant, merchant_id)
            return agreed_on(merchant, self.agreements(merchant_id), self.context.day("day", day))

    # --- staff --------------------------------------------------------------------------------

    def name_staff(self, merchant_id: str, person: str, role: StaffRole | str) -> Staff:
        """Let somebody (the id of an actor) work for a merchant, or in another role than before.

        An actor with the role ``merchant`` may do for a merchant only what their role as staff lets them.
        Raises `StaffOnly` unless its owner, or somebody of the community, names them.
        """
        person, role = check_identifier("person", person), check_one_of("role", role, StaffRole)
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id)
            self._must_work_there(work, merchant, StaffRole.OWNER)
            id = staff_id(merchant.id, person)
            if not work.find(Staff, {"id": id}):
                return self.context.keep(work, Staff(id, merchant.id, person, role))
            staff = work.get(Staff, id, lock=True)
            return self.context.change(work, staff, STAFF.advance(staff, StaffStatus.ACTIVE, role=role))

    def dismiss_staff(self, merchant_id: str, person: str, *, reason: str | None = None) -> Staff:
        """Note that somebody no longer works for a merchant."""
        with self.context.begin() as work:
            self._must_work_there(work, work.get(Merchant, merchant_id), StaffRole.OWNER)
            staff = work.get(Staff, staff_id(merchant_id, person), lock=True)
            return self.context.change(work, staff, STAFF.advance(staff, StaffStatus.LEFT), reason)

    def staff(self, merchant_id: str) -> list[Staff]:
        """Whoever works or worked for a merchant."""
        with self.context.read() as work:
            self._must_be_let_read(work, merchant_id)
            return work.find(Staff, {"merchant_id": merchant_id}, order=("person",))

    # --- alliances ----------------------------------------------------------------------------

    def found_alliance(self, name: str, merchants: Iterable[str] = (), *, id: str | None = None) -> Alliance:
        """Found an alliance of merchants (商圈联盟): see `Alliance`. Raises `StaffOnly`."""
        self._must_be_of_the_community()
        with self.context.begin() as work:
            members = tuple(work.get(Merchant, each).id for each in sorted(set(merchants)))
            alliance = Alliance(self.context.id(id), check_text("name", name, longest=200), members)
            return self.context.keep(work, alliance)

    def join_alliance(self, alliance_id: str, merchant_id: str) -> Alliance:
        """Take a merchant into an alliance; again, it changes nothing. Raises `StaffOnly` for a merchant."""
        self._must_be_of_the_community()
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id)
            alliance = work.get(Alliance, alliance_id, lock=True)
            return self._allied(work, alliance, {*alliance.merchants, merchant.id})

    def leave_alliance(self, alliance_id: str, merchant_id: str) -> Alliance:
        """Let a merchant leave an alliance; what is reserved with it is still handed out.

        Raises `StaffOnly` unless its owner does it, or somebody of the community.
        """
        with self.context.begin() as work:
            self._must_work_there(work, work.get(Merchant, merchant_id), StaffRole.OWNER)
            alliance = work.get(Alliance, alliance_id, lock=True)
            return self._allied(work, alliance, {*alliance.merchants} - {merchant_id})

    def _allied(self, work: Work, alliance: Alliance, merchants: set[str]) -> Alliance:
        if merchants == {*alliance.merchants}:
            return alliance
        changed = ALLIANCE.advance(alliance, AllianceStatus.ACTIVE, merchants=tuple(sorted(merchants)))
        return self.context.change(work, alliance, changed)

    def dissolve_alliance(self, alliance_id: str, *, reason: str | None = None) -> Alliance:
        """End an alliance: each merchant gives its own offers alone. Raises `StaffOnly`."""
        self._must_be_of_the_community()
        with self.context.begin() as work:
            alliance = work.get(Alliance, alliance_id, lock=True)
            dissolved = ALLIANCE.advance(alliance, AllianceStatus.DISSOLVED)
            return self.context.change(work, alliance, dissolved, reason)

    def alliances(self) -> list[Alliance]:
        """All alliances, by name."""
        with self.context.read() as work:
            self._must_be_let_read(work)
            return work.find(Alliance, order=("name", "id"))
