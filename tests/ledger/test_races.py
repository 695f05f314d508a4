"""Many at once, from a barrier, through the public `Ledger`: threads of one process, and processes."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from threading import Thread

import attrs
import pytest

import gridpoints
from gridpoints import Account, Community, Leg, Transaction
from gridpoints.errors import ConcurrentChange
from gridpoints.ledger.checkpoint import PrivateKey
from gridpoints.ledger.seals import Seal
from gridpoints.testing import ManualClock
from tests.ledger.full import DAY, ISSUANCE, LI, SHOP, ZHAO, issue, move, undone
from tests.racing import race

AT_ONCE = 12
SETTLED = Account.settled("points")

RULES = """\
gridpoints: 1
code: test
version: "1"
name: {en: Test rules}
source: written for the tests
from: 2026-01-01
units: {points: {name: {en: points}}}
deeds: {patrol: {name: {en: Patrol}, points: 5}}
"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def village(store_url: str, clock: ManualClock) -> Iterator[Community]:
    with gridpoints.open(store_url, clock=clock, random=Random(7)) as exchange:
        yield exchange.found("baiyang", name="白羊村", rules=RULES)


def many(act: Callable[[int], object]) -> list[Callable[[], object]]:
    return [lambda n=n: act(n) for n in range(AT_ONCE)]  # type: ignore[misc]  # n as it is now


def must_agree(village: Community) -> None:
    assert village.ledger.verify().differences == ()


def test_points_are_spent_once(village: Community) -> None:
    village.ledger.post([issue("award", LI, 100)])
    came = race(many(lambda n: village.ledger.post([move(f"t{n}", LI, SHOP, 30)])))
    assert came == {"done": 3, "insufficient_points": AT_ONCE - 3}
    assert village.ledger.balance(LI).posted == 10
    must_agree(village)


def test_a_hold_is_captured_once(village: Community, clock: ManualClock) -> None:
    village.ledger.post([issue("award", LI, 100)])
    hold = village.ledger.hold(LI, 60, expires_at=clock.now() + DAY)
    came = race(many(lambda _: village.ledger.capture(hold.id, 60, to=SHOP)))
    assert came == {"done": 1, "hold_closed": AT_ONCE - 1}
    assert (village.ledger.balance(LI).posted, village.ledger.balance(SHOP).posted) == (40, 60)
    must_agree(village)


def test_a_hold_is_captured_or_released(village: Community, clock: ManualClock) -> None:
    village.ledger.post([issue("award", LI, 100)])
    for _ in range(4):
        hold = village.ledger.hold(LI, 5, expires_at=clock.now() + DAY)
        race(
            [
                lambda id=hold.id: village.ledger.capture(id, 5, to=SHOP),  # type: ignore[misc]
                lambda id=hold.id: village.ledger.release(id),  # type: ignore[misc]
            ]
        )
    li, shop = village.ledger.balances([LI, SHOP]).values()
    assert (li.held, li.posted + shop.posted) == (0, 100)
    must_agree(village)


def test_a_transaction_is_reversed_once(village: Community) -> None:
    village.ledger.post([issue("award", LI, 100)])
    came = race(many(lambda n: village.ledger.reverse("award", id=f"r{n}")))
    assert came["done"] == 1
    assert village.ledger.balance(LI).posted == 0
    must_agree(village)


def test_parts_that_are_given_back_do_not_exceed_the_whole(village: Community) -> None:
    village.ledger.post([issue("award", LI, 100)])
    came = race(many(lambda n: village.ledger.reverse("award", 30, id=f"r{n}")))
    assert came["done"] == 3
    assert village.ledger.balance(LI).posted == 10
    must_agree(village)


def test_one_id_on_different_accounts_is_posted_once(village: Community) -> None:
    members = [Account.member(f"m{n}", "points") for n in range(AT_ONCE)]
    came = race(many(lambda n: village.ledger.post([issue("t", members[n], 1)])))
    assert came == {"done": 1, "transaction_conflict": AT_ONCE - 1}
    assert village.ledger.balance(ISSUANCE).posted == -1
    must_agree(village)


def test_accounts_are_opened_by_many_at_once(village: Community) -> None:
    came = race(many(lambda n: village.ledger.post([issue(f"t{n}", LI, 1), issue(f"s{n}", SHOP, 1)])))
    assert came == {"done": AT_ONCE}
    entries = village.ledger.statement(SHOP).entries
    assert [entry.sequence for entry in entries] == list(range(1, AT_ONCE + 1))
    must_agree(village)


def test_a_merchant_is_paid_while_it_takes_points(village: Community) -> None:
    village.ledger.post([issue("award", LI, 1_000), move("first", LI, SHOP, 100)])

    def act(n: int) -> object:
        if n % 2:
            return village.ledger.post([move(f"pay{n}", SHOP, SETTLED, 40)])
        return village.ledger.post([move(f"take{n}", LI, SHOP, 10)])

    came = race(many(act))
    assert came["done"] + came["insufficient_points"] == AT_ONCE
    shop, settled = village.ledger.balances([SHOP, SETTLED]).values()
    assert shop.posted + settled.posted == 100 + 10 * (AT_ONCE // 2)
    assert shop.posted >= 0
    must_agree(village)


def test_a_period_is_closed_while_others_post_into_it(village: Community, clock: ManualClock) -> None:
    long_ago = clock.now() - 10 * DAY

    def act(n: int) -> object:
        if n == 0:
            village.ledger.close_period(clock.now() - DAY)
            return None
        return village.ledger.post([issue(f"t{n}", LI, 1, effective_at=long_ago)])

    came = race(many(act))
    assert came["done"] + came["period_closed"] == AT_ONCE
    assert village.ledger.balance(LI).posted == came["done"] - 1
    assert race([lambda: village.ledger.post([issue("late", LI, 1, effective_at=long_ago)])]) == {
        "period_closed": 1
    }
    must_agree(village)


def test_a_floor_is_raised_while_points_are_spent(village: Community) -> None:
    village.ledger.set_floor(LI, -100, reason="time bank")

    def act(n: int) -> object:
        if n == 0:
            village.ledger.set_floor(LI, -20, reason="less")
            return None
        return village.ledger.post([move(f"t{n}", LI, ZHAO, 10)])

    came = race(many(act))
    posted = village.ledger.balance(LI).posted
    assert posted >= (-100 if came["floor_above_balance"] else -20)
    must_agree(village)


def test_statements_are_entered_while_others_post(village: Community) -> None:
    def act(n: int) -> object:
        if n % 3 == 0:
            return village.ledger.fold()
        return village.ledger.post([issue(f"t{n}", LI, 1), move(f"m{n}", LI, SHOP, 1)])

    assert race(many(act)) == {"done": AT_ONCE}
    assert village.ledger.balance(SHOP).posted == AT_ONCE - AT_ONCE // 3
    must_agree(village)


def test_two_who_seal_agree(village: Community) -> None:
    village.ledger.post([issue(f"t{n}", LI, 1) for n in range(20)])
    came = race(many(lambda _: village.ledger.seal()))
    assert came["done"] >= 1
    assert came["done"] + came["concurrent_change"] == AT_ONCE
    assert [seal.size for seal in village.ledger.seals()] == [20]
    must_agree(village)


def test_lots_expire_while_they_are_spent(village: Community, clock: ManualClock) -> None:
    given = Transaction("award", (Leg(LI, 100, clock.now() + DAY), Leg(ISSUANCE, -100)))
    village.ledger.post([given, issue("undated", LI, 50)])
    clock.advance(DAY + timedelta(seconds=1))

    def act(n: int) -> object:
        return village.ledger.expire() if n % 3 == 0 else village.ledger.post([move(f"t{n}", LI, SHOP, 10)])

    came = race(many(act))
    assert came["done"] == AT_ONCE // 3 + 5
    assert village.ledger.balance(LI).posted == 0
    assert village.ledger.balance(Account.expiry("points")).posted == 100
    must_agree(village)


def test_one_id_and_content_is_posted_once_and_answered_alike(village: Community) -> None:
    told: list[object] = []
    assert race(many(lambda _: told.extend(village.ledger.post([issue("t", LI, 5)])))) == {"done": AT_ONCE}
    assert len(set(told)) == 1
    assert village.ledger.balance(LI).posted == 5
    must_agree(village)


def test_a_hold_is_captured_or_expires(village: Community, clock: ManualClock) -> None:
    """Some clocks stand before the hold expires, others after."""
    village.ledger.post([issue("award", LI, 100)])
    village.ledger.hold(LI, 60, expires_at=clock.now() + timedelta(seconds=5), id="h")

    def act(n: int) -> object:
        with_clock = ManualClock(clock.now() + timedelta(seconds=n))
        ledger = gridpoints.open(village.context.store, clock=with_clock).community("baiyang").ledger
        return ledger.capture("h", 60, to=SHOP) if n % 2 else ledger.post([move(f"t{n}", LI, ZHAO, 50)])

    came = race(many(act))
    clock.advance(timedelta(minutes=1))
    li, shop, zhao = village.ledger.balances([LI, SHOP, ZHAO]).values()
    assert li.posted + shop.posted + zhao.posted == 100
    assert (shop.posted, li.available >= 0) in ((0, True), (60, True))
    assert came["done"] >= 1
    must_agree(village)


def test_a_seal_that_does_not_follow_the_last_one_is_refused(village: Community) -> None:
    """Two seal at once, and one of them saw more lines: they would both follow the same."""
    village.ledger.post([issue("t1", LI, 1)])
    village.ledger.seal()
    seals = []
    for n in (2, 3):
        village.ledger.post([issue(f"t{n}", LI, 1)])
        with undone(village):
            seals.append(village.ledger.seal())
    less, more = seals
    assert less is not None
    assert more is not None
    for first, second in ((less, more), (more, less)):
        with undone(village) as work:
            work.ledger.add_seal(first, [])
            with pytest.raises(ConcurrentChange) as refusal:
                work.ledger.add_seal(second, [])
            assert (refusal.value.kind, refusal.value.id) == ("seal", str(second.size))
    must_agree(village)


def test_the_same_lines_are_sealed_once(village: Community) -> None:
    village.ledger.post([issue("t1", LI, 1)])
    seal = village.ledger.seal()
    assert seal is not None
    again = attrs.evolve(seal.checkpoint, previous=seal.checkpoint.hash)
    with undone(village) as work, pytest.raises(ConcurrentChange):
        work.ledger.add_seal(Seal(again.size, again.root, again.sealed_at, again.text), [])
    must_agree(village)


def test_one_seal_is_signed_though_another_follows_it_meanwhile(village: Community) -> None:
    """It is the one that was read, unless whoever signs had to wait for that as well, as in memory."""
    pytest.importorskip("cryptography", reason="a seal is signed: the extra proof")
    key = PrivateKey.generate("gridpoints/baiyang")
    village.ledger.post([issue("t1", LI, 1)])
    village.ledger.seal()
    signed: list[Seal | None] = []
    signer = Thread(target=lambda: signed.append(village.ledger.seal(key)))
    with village.context.begin() as work:
        work.ledger.number(most=0)
        signer.start()
        signer.join(0.5)
        village.ledger.post([issue("t2", LI, 1)])
        village.ledger.seal()
    signer.join()
    first, second = village.ledger.seals()
    assert signed == [first if first.signed else second]
    assert first.signed != second.signed
    must_agree(village)


def test_a_debt_is_collected_once(village: Community) -> None:
    village.ledger.post([issue("wrong", LI, 100), move("spent", LI, SHOP, 90)])
    village.ledger.reverse("wrong", queue=True, id="owed")
    village.ledger.post([issue("more", LI, 40)])
    assert race(many(lambda _: village.ledger.collect())) == {"done": AT_ONCE}
    assert village.ledger.balance(LI).posted == 0
    assert [debt.legs for debt in village.ledger.debts()] == [(Leg(ISSUANCE, 50), Leg(LI, -50))]
    must_agree(village)


def test_a_reversal_that_is_owed_is_owed_once(village: Community) -> None:
    village.ledger.post([issue("wrong", LI, 100), move("spent", LI, SHOP, 90)])
    came = race(many(lambda _: village.ledger.reverse("wrong", queue=True, id="owed")))
    assert came == {"done": AT_ONCE}
    assert len(village.ledger.debts()) == 1
    must_agree(village)


def test_a_ledger_comes_back_while_others_post(village: Community) -> None:
    file = io.StringIO()
    with gridpoints.open("memory://", clock=ManualClock()) as exchange:
        other = exchange.found("baiyang", name="白羊村", rules=RULES).ledger
        other.post([issue("award", LI, 100), move("bought", LI, SHOP, 30)])
        other.seal()
        other.export(file)

    def act(n: int) -> object:
        if n == 0:
            return village.ledger.restore(io.StringIO(file.getvalue()))
        return village.ledger.post([issue(f"t{n}", LI, 1), issue(f"s{n}", SHOP, 1)])

    came = race(many(act))
    came_back = came["done"] == AT_ONCE
    assert came_back or came["ledger_not_empty"] + came["ledger_file_unusable"] == 1, came
    li, shop = village.ledger.balances([LI, SHOP]).values()
    assert (li.posted - 70 * came_back, shop.posted - 30 * came_back) == (AT_ONCE - 1, AT_ONCE - 1)
    must_agree(village)


PROGRAM = """
import sys
import gridpoints
from gridpoints import Account, Leg, Transaction
url, who = sys.argv[1:]
ledger = gridpoints.open(url).community("baiyang").ledger
member, shop = Account.member("li", "points"), Account.merchant("shop", "points")
issuance, own = Account.issuance("points"), Account.member(who, "points")
print("ready", flush=True)
sys.stdin.readline()
spent = 0
for n in range(20):
    ledger.post([Transaction(f"{who}-{n}", (Leg(own, 3), Leg(issuance, -3)), kind="award")])
    [spend] = ledger.post([Transaction(f"spend-{who}-{n}", (Leg(member, -7), Leg(shop, 7)))])
    spent += type(spend).__name__ == "Posted"
    if n % 5 == 0:
        ledger.fold()
print(spent)
"""


@pytest.mark.parametrize("database", ["sqlite_url", "postgres_url"])
def test_processes_share_a_ledger(database: str, request: pytest.FixtureRequest) -> None:
    """Four processes, one issuance account, one balance that is too small for all of them."""
    url: str = request.getfixturevalue(database)
    with gridpoints.open(url) as exchange:
        ledger = exchange.found("baiyang", name="白羊村", rules=RULES).ledger
        ledger.post([issue("award", LI, 300)])
        programs = [
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, url, f"p{n}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for n in range(4)
        ]
        for program in programs:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
        told = [program.communicate("go\n")[0] for program in programs]
        assert [program.returncode for program in programs] == [0] * 4
        assert sum(map(int, told)) == 300 // 7
        assert ledger.balance(LI).posted == 300 % 7
        assert ledger.balance(ISSUANCE).posted == -(300 + 4 * 20 * 3)
        assert ledger.verify().differences == ()
