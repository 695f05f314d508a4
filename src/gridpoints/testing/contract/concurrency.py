"""Races, each begun by many threads at the same moment: whoever comes first, the books agree."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import attrs

from gridpoints.catalog.model import ServiceItem, Session
from gridpoints.claiming.model import Claim, Target
from gridpoints.community.model import Grid, Member
from gridpoints.errors import (
    ConcurrentChange,
    HoldConflict,
    InsufficientPoints,
    RecordExists,
    TransactionConflict,
)
from gridpoints.ledger.model import Account, Balance, Hold
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.offers.model import Offer
from gridpoints.rules.case import UsageKey
from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import (
    ISSUANCE,
    LI,
    SHOP,
    ZHAO,
    Clerk,
    StoreContract,
    codes,
    found,
    issue,
    move,
    race,
)
from gridpoints.testing.contract.edges import LATER
from gridpoints.testing.sources import START

THREADS = 16


class ConcurrencyContract(StoreContract):
    """Sixteen threads want the same."""

    # --- the ledger ---------------------------------------------------------------------------

    def test_one_balance_is_spent_once(self, clerk: Clerk) -> None:
        clerk.post(issue("award", LI, 100))
        outcomes = race(THREADS, lambda n: codes(clerk.post(move(f"t{n}", LI, SHOP, 30)))[0])
        assert Counter(outcomes) == {"posted": 3, "insufficient_points": THREADS - 3}
        assert clerk.balance(LI).posted == 10
        clerk.must_verify()

    def test_a_long_batch_is_posted_once(self, clerk: Clerk) -> None:
        accounts = [Account.member(f"m{n}", "points") for n in range(40)]
        batch = [issue(f"t{n}", accounts[n % 40], 1) for n in range(1_200)]
        outcomes = race(4, lambda n: clerk.post(*batch, at=START + timedelta(n)))
        assert all(each == outcomes[0] for each in outcomes)
        assert clerk.balance(ISSUANCE).posted == -1_200
        clerk.must_verify()

    def test_one_id_is_posted_once(self, clerk: Clerk) -> None:
        outcomes = race(THREADS, lambda n: clerk.post(issue("t", LI, 1), at=START + timedelta(n))[0])
        assert len(set(outcomes)) == 1
        assert len(clerk.entries(LI)) == 1
        clerk.must_verify()

    def test_one_id_is_posted_once_though_on_different_accounts(self, clerk: Clerk) -> None:
        members = [Account.member(f"m{n}", "points") for n in range(THREADS)]
        outcomes = race(THREADS, lambda n: codes(clerk.post(issue("t", members[n], 1)))[0])
        assert Counter(outcomes) == {"posted": 1, "transaction_conflict": THREADS - 1}
        assert sum(clerk.balance(member).posted for member in members) == 1
        clerk.must_verify()

    def test_one_hold_is_placed_once_though_on_different_accounts(self, clerk: Clerk) -> None:
        members = [Account.member(f"m{n}", "points") for n in range(THREADS)]
        clerk.post(*(issue(f"t{n}", member, 5) for n, member in enumerate(members)))
        placed = race(THREADS, lambda n: clerk.place(Hold("h", members[n], 5, START, LATER, 5)))
        assert sum(isinstance(hold, Hold) for hold in placed) == 1
        assert sum(isinstance(refusal, HoldConflict) for refusal in placed) == THREADS - 1
        assert sum(clerk.balance(member).held for member in members) == 5
        clerk.must_verify()

    def test_one_floor_is_set_once_though_on_different_accounts(self, clerk: Clerk) -> None:
        members = [Account.member(f"m{n}", "points") for n in range(THREADS)]

        def act(n: int) -> str:
            clerk.ledger.set_floor(members[n], -5, reason="winter", id="f")
            return "set"

        outcomes = race(THREADS, act)
        assert outcomes.count("set") == 1
        assert sum(isinstance(refusal, TransactionConflict) for refusal in outcomes) == THREADS - 1
        clerk.must_verify()

    def test_overlapping_groups_are_posted_whole(self, clerk: Clerk) -> None:
        """Each of sixteen takes from both, in either order, and there is enough for three."""
        clerk.post(issue("1", LI, 30), issue("2", ZHAO, 30))

        def act(n: int) -> tuple[str, ...]:
            pair = [move(f"{n}-a", LI, SHOP, 10), move(f"{n}-b", ZHAO, SHOP, 10)]
            return tuple(codes(clerk.post(*(pair if n % 2 else pair[::-1]), atomic=True)))

        outcomes = Counter(race(THREADS, act))
        assert outcomes["posted", "posted"] == 3
        assert clerk.balance(SHOP).posted == 60
        clerk.must_verify()

    def test_one_hold_is_captured_once(self, clerk: Clerk) -> None:
        clerk.post(issue("award", LI, 100))
        clerk.place(Hold("h", LI, 60, START, LATER, 60))
        outcomes = race(THREADS, lambda n: codes(clerk.post(move(f"t{n}", LI, SHOP, 60, hold="h")))[0])
        assert Counter(outcomes) == {"posted": 1, "hold_closed": THREADS - 1}
        assert clerk.balance(LI) == Balance(LI, 40)
        clerk.must_verify()

    def test_captures_do_not_overlap(self, clerk: Clerk) -> None:
        clerk.post(issue("award", LI, 100))
        clerk.place(Hold("h", LI, 100, START, LATER, 100))
        outcomes = race(THREADS, lambda n: codes(clerk.post(move(f"t{n}", LI, SHOP, 30, hold="h")))[0])
        assert Counter(outcomes) == {"posted": 3, "hold_exceeded": THREADS - 3}
        assert clerk.balance(LI) == Balance(LI, posted=10, held=10)
        clerk.must_verify()

    def test_one_balance_is_held_once(self, clerk: Clerk) -> None:
        clerk.post(issue("award", LI, 100))
        placed = race(THREADS, lambda n: clerk.place(Hold(f"h{n}", LI, 30, START, LATER, 30)))
        assert sum(isinstance(hold, Hold) for hold in placed) == 3
        assert sum(isinstance(refusal, InsufficientPoints) for refusal in placed) == THREADS - 3
        assert clerk.balance(LI) == Balance(LI, posted=100, held=90)
        clerk.must_verify()

    def test_capture_or_release(self, clerk: Clerk) -> None:
        clerk.post(issue("award", LI, 100))
        for turn in range(8):
            clerk.place(Hold(f"h{turn}", LI, 10, START, LATER, 10))
            race(2, partial(self._capture_or_release, clerk, f"h{turn}"))
        assert clerk.balance(LI).held == 0
        assert clerk.balance(LI).posted + clerk.balance(SHOP).posted == 100
        clerk.must_verify()

    def _capture_or_release(self, clerk: Clerk, id: str, n: int) -> object:
        return clerk.release(id) if n else clerk.post(move(id, LI, SHOP, 10, hold=id))

    def test_an_account_is_opened_by_many_at_once(self, clerk: Clerk) -> None:
        outcomes = race(THREADS, lambda n: codes(clerk.post(issue(f"t{n}", LI, 1)))[0])
        assert set(outcomes) == {"posted"}
        assert [e.sequence for e in clerk.entries(LI)] == list(range(1, THREADS + 1))
        assert clerk.balance(ISSUANCE).posted == -THREADS
        clerk.must_verify()

    def test_transfers_in_both_directions_do_not_block_one_another(self, clerk: Clerk) -> None:
        clerk.post(issue("1", LI, 1_000), issue("2", ZHAO, 1_000))

        def exchange(n: int) -> set[str]:
            one, other = (LI, ZHAO) if n % 2 else (ZHAO, LI)
            return {
                code
                for turn in range(5)
                for code in codes(
                    clerk.post(move(f"{n}-{turn}-a", one, other, 1), move(f"{n}-{turn}-b", other, SHOP, 1))
                )
            }

        assert race(THREADS, exchange) == [{"posted"}] * THREADS
        assert clerk.balance(SHOP).posted == THREADS * 5
        assert clerk.balance(LI).posted == clerk.balance(ZHAO).posted
        clerk.must_verify()

    # --- records and counters -----------------------------------------------------------------

    def test_a_number_is_given_once(self, store: Store, clerk: Clerk) -> None:
        def enrol(n: int) -> str:
            with store.begin(clerk.community) as work:
                work.add(Member(f"m{n}", "李", START, number="7"))
            return "enrolled"

        outcomes = race(THREADS, enrol)
        assert outcomes.count("enrolled") == 1
        assert sum(isinstance(refusal, RecordExists) for refusal in outcomes) == THREADS - 1

    def test_an_id_is_given_once(self, store: Store, clerk: Clerk) -> None:
        def add(n: int) -> str:
            with store.begin(clerk.community) as work:
                work.add(Grid("g", str(n)))
            return str(n)

        outcomes = race(THREADS, add)
        [name] = [outcome for outcome in outcomes if isinstance(outcome, str)]
        assert sum(isinstance(refusal, RecordExists) for refusal in outcomes) == THREADS - 1
        with store.begin(clerk.community, write=False) as work:
            assert work.find(Grid) == [Grid("g", name)]

    def test_a_stale_change_is_not_lost_but_refused(self, store: Store, clerk: Clerk) -> None:
        item = ServiceItem("item", "巡逻", "patrol")
        with store.begin(clerk.community) as work:
            work.add(item)
        everybody_read = threading.Barrier(THREADS)

        def rename(n: int) -> str:
            with store.begin(clerk.community, write=False) as work:
                read = work.get(ServiceItem, "item")
            everybody_read.wait()
            with store.begin(clerk.community) as work:
                work.replace(read, attrs.evolve(read, name=str(n), version=read.version + 1))
            return str(n)

        outcomes = race(THREADS, rename)
        [name] = [outcome for outcome in outcomes if isinstance(outcome, str)]
        assert sum(isinstance(refusal, ConcurrentChange) for refusal in outcomes) == THREADS - 1
        with store.begin(clerk.community, write=False) as work:
            assert work.get(ServiceItem, "item") == attrs.evolve(item, name=name, version=2)

    def test_a_locked_record_is_changed_by_one_after_another(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community) as work:
            work.add(Merchant("shop", "小卖部", "points", Decimal(1)), Offer("rice", "shop", "大米", 50, 20))

        def take(n: int) -> None:
            with store.begin(clerk.community) as work:
                offer = work.get(Offer, "rice", lock=True)
                assert offer.stock is not None
                work.replace(offer, attrs.evolve(offer, stock=offer.stock - 1, version=offer.version + 1))

        assert race(THREADS, take) == [None] * THREADS
        with store.begin(clerk.community, write=False) as work:
            offer = work.get(Offer, "rice")
        assert (offer.stock, offer.version) == (20 - THREADS, 1 + THREADS)

    def test_the_last_places_are_given_once(self, store: Store, clerk: Clerk) -> None:
        """A count under the lock of what is counted for sees every claim before it."""
        with store.begin(clerk.community) as work:
            work.add(ServiceItem("item", "巡逻", "patrol"), Session("s", "item", START, LATER, places=3))
            work.add(*(Member(f"m{n}", "李", START) for n in range(THREADS)))

        def claim(n: int) -> bool:
            with store.begin(clerk.community) as work:
                session = work.get(Session, "s", lock=True)
                if work.count(Claim, {"target": Target.SESSION, "target_id": "s"}) >= session.places:
                    return False
                work.add(Claim(f"c{n}", Target.SESSION, "s", f"m{n}", START))
                return True

        assert Counter(race(THREADS, claim)) == {True: 3, False: THREADS - 3}

    def test_a_limit_is_used_up_once(self, store: Store, clerk: Clerk) -> None:
        """Also by those who are the first to use it."""
        key = str(UsageKey("care-month", "li", date(2026, 3, 1)))

        def use(n: int) -> bool:
            with store.begin(clerk.community) as work:
                used = work.lock_usage([key])[key]
                if used + 30 > 100:
                    return False
                work.set_usage({key: used + 30})
                return True

        assert Counter(race(THREADS, use)) == {True: 3, False: THREADS - 3}
        with store.begin(clerk.community) as work:
            assert work.lock_usage([key]) == {key: 90}

    def test_limits_are_locked_in_any_order(self, store: Store, clerk: Clerk) -> None:
        keys = [str(UsageKey(limit, "li", date(2026, 3, 1))) for limit in "abcd"]

        def use(n: int) -> None:
            with store.begin(clerk.community) as work:
                used = work.lock_usage(keys if n % 2 else keys[::-1])
                work.set_usage({key: amount + 1 for key, amount in used.items()})

        assert race(THREADS, use) == [None] * THREADS
        with store.begin(clerk.community) as work:
            assert work.lock_usage(keys) == dict.fromkeys(keys, THREADS)

    def test_communities_are_founded_at_once(self, store: Store, clerk: Clerk) -> None:
        def work_in(n: int) -> bool:
            other = found(store, f"c{n:02}")
            return (
                codes(other.post(issue("t", LI, n + 1))) == ["posted"] and other.balance(LI).posted == n + 1
            )

        assert race(THREADS, work_in) == [True] * THREADS
        assert store.communities() == sorted([clerk.community, *(f"c{n:02}" for n in range(THREADS))])
