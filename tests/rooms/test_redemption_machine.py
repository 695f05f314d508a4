"""Any sequence of what can happen at a till, held against a plain oracle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gridpoints import Account, Actor, Community, Exchange, GridpointsError, Leg, Redemption, Transaction
from gridpoints.ledger.model import AccountKind
from gridpoints.records import Change
from gridpoints.redemption.model import RESERVATION
from gridpoints.redemption.offers.model import OfferLimit
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START, TREASURER

RULES = """\
gridpoints: 1
code: machine
version: 1
name: {en: Machine}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}, pooling: true}}
deeds: {plain: {name: {en: Plain}, points: 20}}
"""
#: The first two live together.
MEMBERS = ("m0", "m1", "m2")
#: One who owns nothing, and has a hand in everything.
STRANGER = "eve"
SHOPS = ("s0", "s1")
#: Whose, at what price, with how many pieces, and how much cash beside it.
OFFERS: Mapping[str, tuple[str, int, int | None, str]] = {
    "bag": ("s0", 3, 5, "0"),
    "cup": ("s0", 2, None, "1.50"),
    "tea": ("s1", 5, 4, "0"),
}
#: So many bags anybody may ever have.
BAGS = 3
BONUS = 4
PIECES = st.integers(1, 4)
NUMBERS = st.integers(0, 30)


@define
class Told:
    """A redemption, as somebody would keep it in a notebook."""

    member: str
    shop: str
    basket: dict[str, int]
    prices: dict[str, int]
    paid: dict[str, int]
    until: datetime
    pooled: bool
    status: str = "authorised"
    captured: Counter[str] = field(factory=Counter)
    refunded: Counter[str] = field(factory=Counter)
    taken: Counter[str] = field(factory=Counter)
    back: Counter[str] = field(factory=Counter)
    bonus: int = 0
    retaken: int = 0

    @property
    def left(self) -> int:
        return self.taken.total() - self.back.total()

    def pieces(self, offer: str) -> int:
        """Those that nobody else can have."""
        if self.status == "authorised":
            return self.basket.get(offer, 0)
        return self.captured[offer] - self.refunded[offer]


def _refusal_of_a_refund(told: Told) -> str | None:
    return {"captured": None, "refunded": "nothing_to_give_back"}.get(told.status, "illegal_transition")


class TillMachine(RuleBasedStateMachine):
    """Earns, reserves, hands out, gives back, settles, and lets people, shops and offers come and go."""

    def __init__(self, exchange: Exchange, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        clock.set(START)
        self.village: Community = exchange.found(f"v{len(exchange.communities())}", name="v", rules=RULES)
        grid = self.village.community.add_grid("g")
        home = self.village.community.add_household(grid.id, "1-101")
        for id in MEMBERS:
            household = None if id == "m2" else home.id
            self.village.community.enrol(id, id=id, household_id=household)
        self.village.community.enrol(STRANGER, id=STRANGER)
        room = self.village.redemption
        for shop in SHOPS:
            room.register_merchant(shop, unit="points", rate="1", id=shop)
            room.activate_merchant(shop)
        for id, (shop, price, stock, cash) in OFFERS.items():
            limits = [OfferLimit(BAGS)] if id == "bag" else []
            room.draft_offer(shop, id, price=price, stock=stock, cash=cash, limits=limits, id=id)
            room.publish_offer(id)
        self.stock = {id: stock for id, (_, _, stock, _) in OFFERS.items()}
        self.price = {id: price for id, (_, price, _, _) in OFFERS.items()}
        self.balance, self.debts = Counter[str](), 0
        self.told: list[Told] = []
        self.gone: set[str] = set()
        self.restocked = Counter[str]()
        self.drawn_up, self.approved = Counter[str](), Counter[str]()
        self.stated = dict.fromkeys(SHOPS, (0, 0))
        self.statements: list[str] = []
        for member in MEMBERS:
            self.earn(member, 15)

    # --- what the oracle expects --------------------------------------------------------------

    def let_time_tell(self) -> None:
        for told in self.told:
            if told.status == "authorised" and told.until <= self.clock.now():
                told.status = "expired"

    def held(self, member: str) -> int:
        return sum(told.paid.get(member, 0) for told in self.told if told.status == "authorised")

    def available(self, member: str) -> int:
        return self.balance[member] - self.held(member)

    def in_stock(self, offer: str) -> int | None:
        stock = self.stock[offer]
        if stock is None:
            return None
        return stock - sum(told.pieces(offer) for told in self.told) - self.lost(offer)

    def lost(self, offer: str) -> int:
        """What was given back and not put on the shelf again."""
        return self.restocked[offer]

    def bags(self, member: str) -> int:
        return sum(told.pieces("bag") for told in self.told if told.member == member)

    def refusal(self, member: str, basket: dict[str, int], shop: str, *, pooled: bool) -> str | None:
        if member in self.gone:
            return "member_inactive"
        if shop in self.gone:
            return "merchant_not_active"
        if self.gone.intersection(basket):
            return "not_published"
        for offer, pieces in sorted(basket.items()):
            if (stock := self.in_stock(offer)) is not None and stock < pieces:
                return "out_of_stock"
        if self.bags(member) + basket.get("bag", 0) > BAGS and "bag" in basket:
            return "offer_limit_reached"
        price = sum(self.price[offer] * pieces for offer, pieces in basket.items())
        return (
            None if price <= sum(map(self.available, self.payers(member, pooled))) else "insufficient_points"
        )

    def payers(self, member: str, pooled: bool) -> list[str]:
        home = {"m0", "m1"} - self.gone
        others = sorted(home - {member}) if pooled and member in ("m0", "m1") else []
        return [member, *others]

    def tries(self, act: Any, expected: str | None) -> Any:
        """Do it; it must be refused as expected, or not at all."""
        found, answer = None, None
        try:
            answer = act()
        except GridpointsError as refusal:
            found = refusal.code
        assert found == expected
        return answer

    def pick(self, number: int, status: str = "") -> tuple[str, Told]:
        """One of those that stand so; one of all where there is none."""
        some = [index for index, told in enumerate(self.told) if told.status == status]
        index = some[number % len(some)] if some else number % len(self.told)
        return f"r{index}", self.told[index]

    def act(self, number: int) -> tuple[str, Told]:
        """Most often one of which something can go back."""
        return self.pick(number, "captured" if number < 25 else "")

    # --- people, shops, offers ----------------------------------------------------------------

    @rule(member=st.sampled_from(MEMBERS), points=st.integers(1, 15))
    def earns(self, member: str, points: int) -> None:
        self.earn(member, points)

    def earn(self, member: str, points: int) -> None:
        legs = (Leg(Account.member(member, "points"), points), Leg(Account.issuance("points"), -points))
        id = self.village.context.ids.new()
        self.village.ledger.post_one(Transaction(id, legs))
        self.balance[member] += points

    @rule(what=st.sampled_from([*MEMBERS, *SHOPS, *OFFERS]))
    def goes(self, what: str) -> None:
        """Somebody leaves, a shop is suspended, an offer is withdrawn."""
        if what in self.gone or self.clock.now().minute % 2:
            return  # most of the time, all are there
        self.gone.add(what)
        if what in MEMBERS:
            self.village.community.leave(what)
        elif what in SHOPS:
            self.village.redemption.suspend_merchant(what, reason="inspection")
        else:
            self.village.redemption.withdraw_offer(what)

    @precondition(lambda self: self.gone)
    @rule()
    def all_come_back(self) -> None:
        for what in sorted(self.gone):
            if what in MEMBERS:
                self.village.community.rejoin(what)
            elif what in SHOPS:
                self.village.redemption.activate_merchant(what)
            else:
                self.village.redemption.publish_offer(what)
        self.gone.clear()

    @rule(offer=st.sampled_from(sorted(OFFERS)), price=st.integers(1, 6))
    def reprice(self, offer: str, price: int) -> None:
        self.village.redemption.reprice_offer(offer, price)
        self.price[offer] = price

    @rule(minutes=st.sampled_from([1, 10, 31]))
    def wait(self, minutes: int) -> None:
        self.clock.set(self.clock.now() + timedelta(minutes=minutes))
        self.let_time_tell()

    @rule()
    def sweep(self) -> None:
        self.village.redemption.expire()

    # --- the till -----------------------------------------------------------------------------

    @rule(
        member=st.sampled_from(MEMBERS),
        basket=st.one_of(
            st.dictionaries(st.sampled_from(["bag", "cup"]), PIECES, min_size=1),
            st.dictionaries(st.just("tea"), PIECES, min_size=1),
        ),
        pooled=st.booleans(),
    )
    def authorise(self, member: str, basket: dict[str, int], pooled: bool) -> None:
        shop = OFFERS[next(iter(basket))][0]
        expected = self.refusal(member, basket, shop, pooled=pooled)
        before = {each: self.available(each) for each in MEMBERS}
        id = f"r{len(self.told)}"
        room = self.village.redemption
        made = self.tries(lambda: room.authorise(basket, member, pooled=pooled, id=id), expected)
        if made is None:
            return
        price = sum(self.price[offer] * pieces for offer, pieces in basket.items())
        paid = Counter[str]()
        for payer in self.payers(member, pooled):
            paid[payer] = min(before[payer], price - paid.total())
        told = Told(
            member=member,
            shop=shop,
            basket=basket,
            prices={offer: self.price[offer] for offer in basket},
            paid=dict(+paid),
            until=self.clock.now() + RESERVATION,
            pooled=pooled,
        )
        self.told.append(told)
        assert made.cash == Decimal("1.50") * basket.get("cup", 0)

    @rule(member=st.sampled_from(MEMBERS), offer=st.sampled_from(sorted(OFFERS)), pooled=st.booleans())
    def spend_anothers(self, member: str, offer: str, pooled: bool) -> None:
        """Nobody spends the points of a neighbour."""
        expected: str = "merchant_not_active" if OFFERS[offer][0] in self.gone else "not_your_points"
        expected = "member_inactive" if member in self.gone else expected
        room, before = self.village.acting_as(Actor(STRANGER)).redemption, self.pages()
        for act in (room.authorise, room.redeem, room.issue_voucher):
            self.tries(partial(act, offer, member, pooled=pooled), expected)
        assert self.pages() == before

    @precondition(lambda self: self.told)
    @rule(number=NUMBERS)
    def meddle(self, number: int) -> None:
        """Nobody hands out, calls off or gives back what is a neighbour's; nor does who has the goods."""
        id, told = self.pick(number)
        room, before = self.village.acting_as(Actor(STRANGER)).redemption, self.pages()
        mine = self.village.acting_as(Actor(told.member)).redemption
        self.tries(partial(room.capture, id), "not_your_points")
        self.tries(partial(room.void, id), "not_your_points")
        for each in (room, mine):
            self.tries(partial(each.refund, id, reason="broken"), "not_the_organiser")
        assert self.pages() == before

    def pages(self) -> int:
        with self.village.context.read() as work:
            return work.count(Change)

    @precondition(lambda self: self.told)
    @rule(number=NUMBERS, more=st.integers(0, 1))
    def send_again(self, number: int, more: int) -> None:
        id, told = self.pick(number)
        basket = {offer: pieces + more for offer, pieces in told.basket.items()}
        expected = "redemption_conflict" if more else None
        room = self.village.redemption
        self.tries(lambda: room.authorise(basket, told.member, pooled=told.pooled, id=id), expected)

    @precondition(lambda self: self.told)
    @rule(number=NUMBERS, less=st.sampled_from([0, 0, 1, 2]))
    def capture(self, number: int, less: int) -> None:
        id, told = self.pick(number, "authorised" if number < 25 else "")
        pieces = {offer: max(0, asked - less) for offer, asked in told.basket.items()}
        expected = {"voided": "illegal_transition", "expired": "redemption_expired"}.get(told.status)
        if not any(pieces.values()):
            expected = "nothing_captured"
        elif told.status in ("captured", "refunded"):
            same = all(told.captured[offer] == count for offer, count in pieces.items())
            expected = None if same else "redemption_conflict"
        found = self.tries(lambda: self.village.redemption.capture(id, pieces), expected)
        if found is not None and told.status == "authorised":
            told.status = "captured"
            told.captured = Counter(pieces)
            self.read_shares(told, found)
            worth = sum(told.prices[offer] * count for offer, count in pieces.items())
            assert told.taken.total() == worth
            self.balance.subtract(told.taken)

    def read_shares(self, told: Told, found: Redemption) -> None:
        """What each paid, and got back: its part of the whole, to the nearest point."""
        whole = sum(told.paid.values())
        for share in found.shares:
            member = share.account.rpartition("/")[2]
            told.taken[member], told.back[member] = share.captured, share.refunded
            assert 0 <= share.refunded <= share.captured <= told.paid[member]
            assert abs(share.captured - Decimal(found.captured * told.paid[member]) / whole) < 1

    @precondition(lambda self: self.told)
    @rule(number=NUMBERS)
    def void(self, number: int) -> None:
        id, told = self.pick(number, "authorised" if number > 25 else "")
        expected = None if told.status in ("authorised", "voided") else "illegal_transition"
        overdue = told.status == "expired"
        if overdue and self.village.redemption.redemption(id).status.value == "authorised":
            expected = None  # nobody has looked at it since: then it may just as well be called off
        self.tries(lambda: self.village.redemption.void(id), expected)
        if expected is None:
            told.status = "voided"

    @precondition(lambda self: self.told)
    @rule(number=NUMBERS)
    def earn_by_it(self, number: int) -> None:
        id, told = self.act(number)
        if told.status != "captured" or told.bonus:
            return
        legs = (Leg(Account.member(told.member, "points"), BONUS), Leg(Account.issuance("points"), -BONUS))
        self.village.ledger.post_one(Transaction(f"bonus:{id}", legs))
        self.village.redemption.note_earned(id, f"bonus:{id}")
        self.balance[told.member] += BONUS
        told.bonus = BONUS

    @precondition(lambda self: self.told)
    @rule(number=NUMBERS, offer=st.sampled_from(["bag", "cup", "tea"]), pieces=PIECES, restock=st.booleans())
    def refund_pieces(self, number: int, offer: str, pieces: int, restock: bool) -> None:
        id, told = self.act(number)
        back = {offer: pieces}
        worth = told.prices.get(offer, 0) * pieces
        there = told.captured[offer] - told.refunded[offer]
        expected = _refusal_of_a_refund(told)
        if told.status == "captured" and pieces > there:
            expected = "refund_exceeds"
        self.refund(id, told, expected, back, min(worth, told.left), restock=restock)

    @precondition(lambda self: self.told)
    @rule(number=NUMBERS, points=st.integers(1, 12))
    def refund_points(self, number: int, points: int) -> None:
        id, told = self.act(number)
        expected = _refusal_of_a_refund(told)
        if told.status == "captured" and points > told.left:
            expected = "refund_exceeds"
        self.refund(id, told, expected, {}, points, restock=True)

    @precondition(lambda self: self.told)
    @rule(number=NUMBERS)
    def refund_all(self, number: int) -> None:
        id, told = self.act(number)
        expected = _refusal_of_a_refund(told)
        back = {offer: told.captured[offer] - told.refunded[offer] for offer in told.basket}
        self.refund(id, told, expected, None, told.left, restock=True, whole=back)

    def refund(
        self,
        id: str,
        told: Told,
        expected: str | None,
        back: dict[str, int] | None,
        points: int,
        *,
        restock: bool,
        whole: dict[str, int] | None = None,
    ) -> None:
        room = self.village.redemption
        given = points if back == {} else None
        refund = self.tries(
            lambda: room.refund(id, back or None, points=given, reason="broken", restock=restock), expected
        )
        if refund is None:
            return
        pieces = Counter(back if whole is None else whole)
        assert (refund.points, +Counter(refund.pieces)) == (points, +pieces)
        assert sum(each.points for each in refund.restored) == points
        assert refund.cash == Decimal("1.50") * pieces["cup"]
        told.refunded += pieces
        if not restock:
            self.restocked += pieces
        before = Counter(told.back)
        self.read_shares(told, room.redemption(id))
        self.balance.update(told.back - before)
        self.take_bonus_back(told)
        if not told.left and told.captured == told.refunded:
            told.status = "refunded"

    def take_bonus_back(self, told: Told) -> None:
        part = told.bonus * told.back.total() // told.taken.total() - told.retaken
        told.retaken += part
        if part <= self.available(told.member):
            self.balance[told.member] -= part
        else:
            self.debts += part

    # --- the merchant gets its money ----------------------------------------------------------

    def moved(self, shop: str) -> tuple[int, int]:
        theirs = [told for told in self.told if told.shop == shop]
        return sum(t.taken.total() for t in theirs), sum(t.back.total() for t in theirs)

    def claim(self, shop: str) -> int:
        return sum(told.left for told in self.told if told.shop == shop)

    @precondition(lambda self: any(told.captured for told in self.told))
    @rule(shop=st.sampled_from(SHOPS))
    def settle(self, shop: str) -> None:
        points = self.claim(shop) - self.drawn_up[shop]
        moved = self.moved(shop)
        expected = None if moved != self.stated[shop] else "nothing_to_settle"
        statement = self.tries(lambda: self.village.redemption.settle(shop), expected)
        if statement is not None:
            assert statement.points == points
            self.stated[shop] = moved
            self.drawn_up[shop] += points
            self.statements.append(statement.id)

    @precondition(lambda self: self.statements)
    @rule(number=NUMBERS)
    def approve(self, number: int) -> None:
        treasurer = self.village.acting_as(TREASURER)
        id = self.statements.pop(number % len(self.statements))
        shop = treasurer.redemption.settlement(id).merchant_id
        before = self.there(shop)
        self.approved[shop] += treasurer.redemption.approve_settlement(id).points
        assert self.there(shop) == min(before, max(0, self.claim(shop) - self.approved[shop]))

    # --- what must be true --------------------------------------------------------------------

    @invariant()
    def all_is_as_told(self) -> None:
        self.let_time_tell()
        room, ledger = self.village.redemption, self.village.ledger
        late = Counter[str]()
        for number, told in enumerate(self.told):
            kept = room.redemption(f"r{number}")
            overdue = kept.status.value == "authorised" and kept.expires_at <= self.clock.now()
            assert ("expired" if overdue else kept.status.value) == told.status
            if overdue:
                late.update({line.offer_id: line.quantity for line in kept.lines})
            assert kept.cash_taken == Decimal("1.50") * (told.captured["cup"] - told.refunded["cup"])
            assert (kept.captured, kept.refunded) == (told.taken.total(), told.back.total())
        for offer in OFFERS:
            stock = room.offer(offer).stock
            assert (None if stock is None else stock + late[offer]) == self.in_stock(offer)
        owed = sum(-leg.amount for debt in ledger.debts() for leg in debt.legs if leg.amount < 0)
        assert owed == self.debts
        for member in MEMBERS:
            found = ledger.balance(Account.member(member, "points"))
            assert (found.posted, found.available) == (self.balance[member], self.available(member))
            assert self.bags(member) <= BAGS
        lines = {line.kind: line.posted for line in ledger.trial_balance()}
        with_shops = lines.get(AccountKind.MERCHANT, 0) + lines.get(AccountKind.SETTLED, 0)
        assert with_shops == sum(map(self.claim, SHOPS))
        for shop in SHOPS:
            assert self.there(shop) >= max(0, self.claim(shop) - self.approved[shop])

    def there(self, shop: str) -> int:
        return self.village.ledger.balance(Account.merchant(shop, "points")).posted

    def teardown(self) -> None:
        assert self.village.ledger.verify().ok


@pytest.mark.parametrize(
    ("store_url", "examples"), [("memory", 60), ("sqlite", 5), ("postgres", 3)], indirect=["store_url"]
)
def test_any_sequence(exchange: Exchange, clock: ManualClock, examples: int) -> None:
    run_state_machine_as_test(
        lambda: TillMachine(exchange, clock),  # type: ignore[arg-type]  # a factory will do
        settings=settings(max_examples=examples, stateful_step_count=40, deadline=None),
    )
