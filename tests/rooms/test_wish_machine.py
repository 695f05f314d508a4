"""Any sequence of what can happen to wishes, held against a plain oracle."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
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

from gridpoints import Account, Actor, Community, Exchange, GridpointsError, Leg, Transaction
from gridpoints.claiming.wishes import WishTerms
from gridpoints.testing import ManualClock

RULES = """\
gridpoints: 1
code: wishes
version: 1
name: {en: Wishes}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}}}
deeds: {wish: {name: {en: A wish granted}, points: 3}}
"""
START = datetime(2026, 12, 20, 1, tzinfo=UTC)
MEMBERS = ("m0", "m1", "m2", "m3")
#: Mostly whoever can do it: ``right`` is the clerk, or the giver.
PEOPLE = st.sampled_from([*["right"] * 8, *MEMBERS, "clerk", "nobody"])
WISHES = st.integers(0, 5)
CLAIMS = st.integers(0, 20)
TERMS = WishTerms(contact_days=7, delivery_days=10, thanks_days=5)
HELD = ("confirmed", "submitted", "disputed", "verified")
STANDING = ("confirmed", "submitted", "disputed")


@define
class Claimed:
    id: str
    member: str
    lease: datetime
    status: str = "confirmed"
    contacted: bool = False
    adopted: bool = False


@define
class PutUp:
    id: str
    member: str
    amount: int
    until: datetime
    status: str = "open"
    paid: int = 0
    #: By the claim for which it was paid.
    shares: dict[str, int] = field(factory=dict)


@define
class Told:
    """A wish, as somebody would keep it in a notebook."""

    beneficiary: str
    parts: int
    status: str = "draft"
    clean: bool = False
    round: str | None = None
    priority: int = 0
    closes: datetime | None = None
    claims: list[Claimed] = field(factory=list)
    bounties: list[PutUp] = field(factory=list)
    log: list[tuple[str, str, str | None]] = field(factory=list)

    def held(self) -> list[Claimed]:
        return [claim for claim in self.claims if claim.status in HELD]


class WishMachine(RuleBasedStateMachine):
    """Makes, judges, claims, gives back, grants, puts up points, looks, and lets time pass."""

    def __init__(self, exchange: Exchange, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        clock.set(START)
        self.village: Community = exchange.found(f"v{len(exchange.communities())}", name="v", rules=RULES)
        self.village.claiming.set_wish_terms(TERMS)
        for id in MEMBERS:
            self.village.community.enrol(f"Person {id}", id=id)
            legs = [Leg(Account.issuance("points"), -50), Leg(Account.member(id, "points"), 50)]
            self.village.ledger.post_one(Transaction(f"start-{id}", legs))
        self.told: list[Told] = []
        self.rounds: dict[str, tuple[datetime, datetime, str]] = {}
        self.points = dict.fromkeys(MEMBERS, 50)
        self.issued = 50 * len(MEMBERS)
        for parts in (1, 2, 3):
            self.make("m0", parts, published=True)

    # --- what the oracle expects --------------------------------------------------------------

    def following(self) -> str | None:
        later = [(opens, id) for id, (opens, closes, _) in self.rounds.items() if closes > self.now]
        return min(later)[1] if later else None

    def carry(self, told: Told) -> None:
        over = told.round is not None and self.rounds[told.round][1] <= self.now
        if over and told.status == "published" and (following := self.following()):
            told.round, told.priority = following, told.priority + 1

    def follow(self, told: Told) -> None:
        if told.status not in ("published", "claimed", "contacted", "delivered"):
            return
        held = told.held()
        if len(held) < told.parts and not any(claim.adopted for claim in held):
            told.status = "published"
        elif all(claim.status != "confirmed" for claim in held):
            told.status = "delivered"
        elif all(claim.contacted for claim in held if claim.status == "confirmed"):
            told.status = "contacted"
        else:
            told.status = "claimed"
        self.carry(told)

    def sweep(self, told: Told) -> None:
        for claim in told.claims:
            if claim.status == "confirmed" and claim.lease <= self.now:
                claim.status = "lapsed"
        self.follow(told)
        if told.status == "published" and not told.held():
            for put_up in told.bounties:
                if put_up.status == "open" and put_up.until <= self.now:
                    put_up.status = "lapsed"

    def pay(self, told: Told, parts: int, to: str) -> None:
        givers = [claim for claim in told.claims if claim.status == "verified"]
        for put_up in told.bounties:
            if put_up.status == "open":
                each, more = divmod(put_up.amount, parts)
                for place, giver in enumerate(givers):
                    share = each + (place < more)
                    if share and giver.member != put_up.member:
                        self.points[put_up.member] -= share
                        self.points[giver.member] += share
                        put_up.shares[giver.id] = share
                        put_up.paid += share
                put_up.status = "paid" if put_up.paid else to

    def undo_paid(self, told: Told, claim: Claimed) -> None:
        """What the claim was credited with, and its shares of the bounties."""
        self.points[claim.member] -= 3
        self.issued -= 3
        for put_up in told.bounties:
            share = put_up.shares.pop(claim.id, 0)
            self.points[claim.member] -= share
            self.points[put_up.member] += share
            put_up.paid -= share
            if share and not put_up.paid:
                put_up.status = "reversed"
        others = [other for other in told.held() if other is not claim]
        if told.status == "fulfilled" and not any(other.adopted for other in others):
            told.status, told.closes = "published", None

    def concerns(self, who: str, told: Told) -> bool:
        return who in (told.beneficiary, "clerk")

    # --- what is done -------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def as_(self, who: str) -> Community:
        who = "clerk" if who == "right" else who
        return self.village.acting_as(Actor(who, frozenset({"clerk"}) if who == "clerk" else frozenset()))

    def tries(self, act: Any, expected: str | None) -> Any:
        """Do it; it must be refused as expected, or not at all."""
        found, answer = None, None
        try:
            answer = act()
        except GridpointsError as refusal:
            found = refusal.code
        assert found == expected
        return answer

    def pick(self, number: int) -> tuple[str, Told]:
        index = number % len(self.told)
        return f"w{index}", self.told[index]

    def pick_claim(self, number: int) -> tuple[Told, Claimed] | None:
        claims = [(told, claim) for told in self.told for claim in told.claims]
        return claims[-1 - number % len(claims)] if claims else None

    @precondition(lambda self: len(self.told) < 6)
    @rule(
        beneficiary=st.sampled_from(MEMBERS[:2]),
        parts=st.integers(1, 3),
        published=st.booleans(),
        in_round=st.booleans(),
    )
    def make(self, beneficiary: str, parts: int, *, published: bool, in_round: bool = False) -> None:
        self.as_("clerk").claiming.make_wish(
            beneficiary,
            "call 13800138000",
            deed="wish",
            id=f"w{len(self.told)}",
            parts=parts,
            area="north",
            address="3-1-201",
            contact="13800138000",
        )
        self.told.append(Told(beneficiary, parts))
        if published:  # most of what can happen, happens later
            self.screen(len(self.told) - 1, "clerk", clean=True)
            self.publish(len(self.told) - 1, "clerk", in_round=in_round)

    @precondition(lambda self: self.told)
    @rule(number=WISHES, who=PEOPLE, clean=st.booleans())
    def screen(self, number: int, who: str, clean: bool) -> None:
        id, told = self.pick(number)
        who = "clerk" if who == "right" else who
        expected = None if told.status in ("draft", "screening") else "wish_judged"
        expected = expected if who == "clerk" else "wish_role_needed"
        text = "a lamp" if clean else "a lamp, 1 3 8-0013-8000"
        self.tries(lambda: self.as_(who).claiming.screen_wish(id, text=text), expected)
        if expected is None:
            told.status, told.clean = "screening", clean

    @precondition(lambda self: self.told)
    @rule(number=WISHES, who=PEOPLE, in_round=st.booleans())
    def publish(self, number: int, who: str, in_round: bool) -> None:
        id, told = self.pick(number)
        who = "clerk" if who == "right" else who
        round = max(self.rounds, default=None) if in_round else None
        expected = None
        if who != "clerk":
            expected = "wish_role_needed"
        elif told.status not in ("draft", "screening"):
            expected = "wish_judged"
        elif not told.clean:
            expected = "personal_data_left"
        elif round is not None and self.rounds[round][1] <= self.now:
            expected = "round_over"
        self.tries(lambda: self.as_(who).claiming.publish_wish(id, round_id=round), expected)
        if expected is None:
            told.status, told.round = "published", round

    @precondition(lambda self: self.told)
    @rule(number=WISHES, who=PEOPLE)
    def reject(self, number: int, who: str) -> None:
        id, told = self.pick(number)
        who = "clerk" if who == "right" else who
        expected = None if told.status in ("draft", "screening") else "wish_judged"
        expected = expected if who == "clerk" else "wish_role_needed"
        self.tries(lambda: self.as_(who).claiming.reject_wish(id, reason="not needed"), expected)
        if expected is None:
            told.status = "rejected"

    @precondition(lambda self: self.told)
    @rule(number=WISHES, who=PEOPLE)
    def withdraw(self, number: int, who: str) -> None:
        id, told = self.pick(number)
        who = "clerk" if who == "right" else who
        expected = None
        open_to_it = ("draft", "screening", "published", "claimed", "contacted")
        if not self.concerns(who, told):
            expected = "not_your_wish"
        elif told.status not in open_to_it or any(c.status in ("submitted", "disputed") for c in told.claims):
            expected = "illegal_transition"
        self.tries(lambda: self.as_(who).claiming.withdraw_wish(id), expected)
        if expected is None:
            told.status = "withdrawn"
            for claim in told.claims:
                claim.status = "cancelled" if claim.status == "confirmed" else claim.status
            self.pay(told, told.parts, "withdrawn")

    def refusal(self, told: Told, who: str) -> str | None:
        """Of a claim on a wish that has been swept."""
        if who == told.beneficiary:
            return "own_wish"
        held = told.held()
        if any(claim.member == who for claim in held):
            return "already_claimed"
        if told.status != "published":
            waiting = any(claim.status == "confirmed" for claim in held)
            return "wish_taken" if waiting else "not_published"
        if told.round is not None and not self.rounds[told.round][0] <= self.now < self.rounds[told.round][1]:
            return "round_not_open"
        return None

    @precondition(lambda self: self.told)
    @rule(number=WISHES, who=st.sampled_from(MEMBERS), adopts=st.sampled_from([False, False, True]))
    def claim(self, number: int, who: str, adopts: bool) -> None:
        id, told = self.pick(number)
        swept = deepcopy(told)
        self.sweep(swept)
        claiming = self.as_(who).claiming
        act = (
            (lambda: claiming.adopt_wish(id, who, "Bank")) if adopts else lambda: claiming.claim_wish(id, who)
        )
        expected = self.refusal(swept, who)
        claim = self.tries(act, expected)
        if expected is None:
            swept.claims.append(Claimed(claim.id, who, self.now + timedelta(days=7), adopted=adopts))
            self.follow(swept)
            self.told[int(id[1:])] = swept

    @rule(number=CLAIMS, who=PEOPLE, delivers=st.booleans())
    def act_on_claim(self, number: int, who: str, delivers: bool) -> None:
        """Contact is noted, or the wish is delivered."""
        if (picked := self.pick_claim(number)) is None:
            return
        told, claim = picked
        who = claim.member if who == "right" else who
        expected = None
        if who not in (claim.member, "clerk"):
            expected = "not_the_giver"
        elif claim.status == "confirmed" and claim.lease <= self.now:
            expected = "lease_over"
        elif claim.status != "confirmed":
            expected = "illegal_transition"
        elif claim.contacted and not delivers:
            expected = "record_exists"
        claiming = self.as_(who).claiming
        act = claiming.submit_delivery if delivers else claiming.note_contact
        self.tries(lambda: act(claim.id), expected)
        if expected is None:
            if delivers:
                claim.status = "submitted"
            else:
                claim.contacted, claim.lease = True, self.now + timedelta(days=10)
            self.follow(told)

    @rule(number=CLAIMS, who=PEOPLE)
    def verify(self, number: int, who: str) -> None:
        if (picked := self.pick_claim(number)) is None:
            return
        told, claim = picked
        who = told.beneficiary if who == "right" else who
        expected = None
        if who == claim.member:
            expected = "own_claim"
        elif not self.concerns(who, told) or any(c.member == who for c in told.held()):
            expected = "not_the_beneficiary"
        elif claim.status not in ("submitted", "disputed"):
            expected = "illegal_transition"
        self.tries(lambda: self.as_(who).claiming.verify(claim.id), expected)
        if expected is None:
            claim.status = "verified"
            self.points[claim.member] += 3
            self.issued += 3
            if told.status == "delivered" and all(c.status == "verified" for c in told.held()):
                told.status, told.closes = "fulfilled", self.now + timedelta(days=5)
                self.pay(told, len(told.held()), "withdrawn")

    @precondition(lambda self: self.told)
    @rule(
        number=WISHES,
        givers=st.integers(1, 3),
        steps=st.sampled_from([4, 3, 2, 1]),
        bounty=st.integers(0, 20),
    )
    def grant(self, number: int, givers: int, steps: int, bounty: int) -> None:
        """All goes well, or most of it: points put up, claimed, contact made, delivered, confirmed."""
        if bounty:
            self.put_up(number, "right", MEMBERS[bounty % 4], bounty, days=bounty)
        for member in MEMBERS[1 : 1 + givers]:
            before = len(self.pick(number)[1].claims)
            self.claim(number, member, adopts=False)
            if len(self.pick(number)[1].claims) > before:
                made = self.pick(number)[1].claims[-1]
                place = [c.id for told in self.told for c in told.claims][::-1].index(made.id)
                if steps > 1:
                    self.act_on_claim(place, "right", delivers=False)
                if steps > 2:
                    self.act_on_claim(place, "right", delivers=True)
                if steps > 3:
                    self.verify(place, "right")

    @rule(number=CLAIMS, how=st.sampled_from(["cancel", "dispute", "void"]))
    def undo(self, number: int, how: str) -> None:
        """A claim is given back, disputed, or found to be worth nothing."""
        if (picked := self.pick_claim(number)) is None:
            return
        told, claim = picked
        wanted = {"cancel": ["confirmed"], "dispute": ["submitted"], "void": ["disputed", "verified"]}[how]
        expected = None if claim.status in wanted else "illegal_transition"
        takes_back = how == "void" and claim.status == "verified"
        if takes_back and self.available(claim.member) < 3 + sum(
            put_up.shares.get(claim.id, 0) for put_up in told.bounties
        ):
            expected = "insufficient_points"
        act = getattr(self.as_("clerk").claiming, how)
        self.tries(lambda: act(claim.id, reason="so it is"), expected)
        if expected is None:
            if takes_back:
                self.undo_paid(told, claim)
            claim.status = {"cancel": "cancelled", "dispute": "disputed", "void": "void"}[how]
            if how != "dispute":
                self.follow(told)

    @precondition(lambda self: self.told)
    @rule(
        number=WISHES,
        who=PEOPLE,
        member=st.sampled_from(MEMBERS),
        amount=st.integers(1, 30),
        days=st.integers(1, 20),
    )
    def put_up(self, number: int, who: str, member: str, amount: int, days: int) -> None:
        id, told = self.pick(number)
        who = member if who == "right" else who
        expected = None
        if who not in (member, "clerk"):
            expected = "not_your_points"
        elif told.status not in ("published", "claimed", "contacted"):
            expected = "not_published"
        elif amount > self.available(member):
            expected = "insufficient_points"
        until = self.now + timedelta(days=days)
        bounty = self.tries(
            lambda: self.as_(who).claiming.put_up_bounty(id, member, amount, unit="points", until=until),
            expected,
        )
        if expected is None:
            told.bounties.append(PutUp(bounty.id, member, amount, until))

    def available(self, member: str) -> int:
        return self.points[member] - sum(
            b.amount for told in self.told for b in told.bounties if (b.member, b.status) == (member, "open")
        )

    @rule(number=CLAIMS, who=PEOPLE)
    def take_back(self, number: int, who: str) -> None:
        """A bounty is withdrawn."""
        all_of_them = [(n, place) for n, told in enumerate(self.told) for place in range(len(told.bounties))]
        if not all_of_them:
            return
        n, place = all_of_them[number % len(all_of_them)]
        swept = deepcopy(self.told[n])
        self.sweep(swept)
        bounty = swept.bounties[place]
        who = bounty.member if who == "right" else who
        expected = None
        if who not in (bounty.member, "clerk"):
            expected = "not_your_points"
        elif bounty.status != "open":
            expected = "illegal_transition"
        elif swept.held():
            expected = "bounty_promised"
        self.tries(lambda: self.as_(who).claiming.withdraw_bounty(bounty.id), expected)
        if expected is None:
            bounty.status = "withdrawn"
            self.told[n] = swept

    @rule(number=CLAIMS, who=PEOPLE, detail=st.sampled_from(["area", "address", "contact"]))
    def look(self, number: int, who: str, detail: str) -> None:
        """Nobody sees an address without a claim that stands, and a line in the log."""
        if (picked := self.pick_claim(number)) is None:
            return
        told, claim = picked
        who = claim.member if who == "right" else who
        stands = claim.status in STANDING and not (claim.status == "confirmed" and claim.lease <= self.now)
        expected = None if stands and who in (claim.member, "clerk") else "not_disclosed"
        self.tries(lambda: self.as_(who).claiming.disclose(claim.id, detail), expected)
        if expected is None:
            told.log.append((who, detail, claim.id))

    @precondition(lambda self: self.told)
    @rule(number=WISHES, who=PEOPLE)
    def look_at_area(self, number: int, who: str) -> None:
        id, told = self.pick(number)
        who = "clerk" if who == "right" else who
        expected = None
        if told.status not in ("published", "claimed", "contacted", "delivered"):
            expected = "not_published"
        elif who == "nobody":
            expected = "not_disclosed"
        self.tries(lambda: self.as_(who).claiming.disclose_area(id), expected)
        if expected is None:
            told.log.append((who, "area", None))

    @precondition(lambda self: len(self.rounds) < 4)
    @rule(opens=st.integers(-3, 10), days=st.integers(1, 15))
    def plan(self, opens: int, days: int) -> None:
        code = f"r{len(self.rounds)}"
        begins = self.now + timedelta(days=opens)
        ends = begins + timedelta(days=days)
        self.village.claiming.plan_round(code, code, begins, ends)
        self.rounds[code] = (begins, ends, "planned")
        for told in self.told:
            self.carry(told)

    @rule(days=st.sampled_from([1, 3, 5, 7, 10, 30]), ticks=st.booleans())
    def wait(self, days: int, ticks: bool) -> None:
        self.clock.set(self.now + timedelta(days=days))
        if ticks:
            self.tick()

    @rule()
    def tick(self) -> None:
        self.village.claiming.tick_wishes()
        for told in self.told:
            if any(c.status == "confirmed" and c.lease <= self.now for c in told.claims):
                self.sweep(told)
            if told.closes is not None and told.closes <= self.now and told.status == "fulfilled":
                told.status = "closed"
        for told in self.told:
            if told.status == "published" and any(
                b.status == "open" and b.until <= self.now for b in told.bounties
            ):
                self.sweep(told)
        for code, (opens, closes, status) in sorted(self.rounds.items()):
            if closes <= self.now and status != "closed":
                self.rounds[code] = (opens, closes, "closed")
                for told in self.told:
                    if told.round == code:
                        self.carry(told)
        assert self.village.claiming.tick_wishes() == 0

    # --- what must be true --------------------------------------------------------------------

    @invariant()
    def all_is_as_told(self) -> None:
        claiming = self.village.claiming
        numbers = []
        for number, told in enumerate(self.told):
            wish = claiming.wish(f"w{number}")
            found = (wish.status.value, wish.round_id, wish.priority)
            assert found == (told.status, told.round, told.priority)
            statuses = {claim.id: claiming.claim(claim.id).status.value for claim in told.claims}
            assert statuses == {claim.id: claim.status for claim in told.claims}
            assert len(told.held()) <= told.parts
            kept = {b.id: (b.status.value, b.paid) for b in claiming.bounties(wish.id)}
            assert kept == {b.id: (b.status, b.paid) for b in told.bounties}
            log = [
                (each.shown_to, each.detail.value, each.claim_id) for each in claiming.disclosures(wish.id)
            ]
            assert sorted(log, key=str) == sorted(told.log, key=str)
            numbers += [wish.number] if wish.number else []
            if told.status in ("fulfilled", "closed", "withdrawn"):
                assert all(b.status != "open" for b in told.bounties)
        assert len(set(numbers)) == len(numbers)

    @invariant()
    def points_are_conserved(self) -> None:
        for member in MEMBERS:
            balance = self.village.ledger.balance(Account.member(member, "points"))
            assert (balance.posted, balance.available) == (self.points[member], self.available(member))
            assert balance.available >= 0
        assert sum(self.points.values()) == self.issued

    def teardown(self) -> None:
        assert self.village.ledger.verify().ok


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.mark.parametrize(
    ("store_url", "examples"), [("memory", 40), ("sqlite", 4), ("postgres", 3)], indirect=["store_url"]
)
def test_any_sequence(exchange: Exchange, clock: ManualClock, examples: int) -> None:
    run_state_machine_as_test(
        lambda: WishMachine(exchange, clock),  # type: ignore[arg-type]  # a factory will do
        settings=settings(max_examples=examples, stateful_step_count=40, deadline=None),
    )
