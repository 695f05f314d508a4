"""Records and counters: what was added is found again, unchanged."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import attrs
import pytest

from gridpoints.catalog.model import ITEM, ItemStatus, ServiceItem
from gridpoints.community.model import Grid, Household, Member, MemberStatus, Profile
from gridpoints.errors import (
    ConcurrentChange,
    RecordExists,
    RecordUnknown,
    WrongType,
)
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.rules.case import UsageKey
from gridpoints.storage.integrity import KINDS
from gridpoints.storage.port import Of, Range, Sought, Store, Work
from gridpoints.testing.contract.base import Clerk, StoreContract
from gridpoints.testing.contract.examples import anatomy, examples
from gridpoints.testing.sources import START
from gridpoints.values import Unit


def member(id: str, name: str = "李", number: str | None = None, days: int = 0) -> Member:
    """A member who was enrolled `days` after the start."""
    return Member(id, name, START + timedelta(days=days), number=number)


class RecordsContract(StoreContract):
    """Adding, finding, changing, counting."""

    def test_every_kind_comes_back_as_it_was(self, store: Store) -> None:
        records = examples("baiyang")
        with store.begin("baiyang") as work:
            work.add(*records)
        with store.begin("baiyang", write=False) as work:
            for record in records:
                assert anatomy(work.get(type(record), record.id)) == anatomy(record)
            for kind in KINDS:
                found = [anatomy(record) for record in work.find(kind)]
                added = [r for r in records if type(r) is kind]
                assert found == [anatomy(record) for record in sorted(added, key=lambda r: r.id)]
                assert added, f"no example of {kind.__name__}"

    def test_one_unit_takes_records_one_by_one(self, store: Store) -> None:
        with store.begin("baiyang") as work:
            for record in examples("baiyang"):
                work.add(record)
                assert anatomy(work.get(type(record), record.id)) == anatomy(record)
            work.add()

    def test_many_at_once(self, store: Store, clerk: Clerk) -> None:
        members = [member(f"m{n:06}", number=str(n)) for n in range(5_000)]
        with store.begin(clerk.community) as work:
            work.add(*members)
        wanted = [m.id for m in members[10:13]] + [f"stranger-{n}" for n in range(70_000)]
        with store.begin(clerk.community, write=False) as work:
            assert work.count(Member) == 5_000
            assert work.find(Member, {"id": wanted}) == members[10:13]
            told = work.select(Member, ("status", "id"), {"id": wanted}, order=("-id",))
            assert told == [(member.status, member.id) for member in reversed(members[10:13])]
            assert work.select(Member, ("id",), {"id": "nobody"}) == []
            assert work.count(Member, {"id": wanted}) == 3

    # --- find, count, get ---------------------------------------------------------------------

    def test_finds_by_fields(self, store: Store, clerk: Clerk) -> None:
        gone = attrs.evolve(member("d", "赵"), status=MemberStatus.LEFT)
        people = [member("a", number="1"), member("b", "赵", "2"), member("c", "王"), gone]
        with store.begin(clerk.community) as work:
            work.add(*people)

        def ids(where: dict[str, object] | None = None) -> str:
            with store.begin(clerk.community, write=False) as work:
                found = work.find(Member, where)
                assert work.count(Member, where) == len(found)
                return "".join(m.id for m in found)

        assert ids() == ids({}) == "abcd"
        assert ids({"name": "赵"}) == "bd"
        assert ids({"name": "赵", "status": MemberStatus.ACTIVE}) == "b"
        assert ids({"name": ("李", "赵", "李")}) == "abd"
        assert ids({"name": ["王", "赵"], "number": None}) == "cd"
        assert ids({"number": (None, "1")}) == "acd"
        assert ids({"number": ()}) == ids({"name": "赵", "id": []}) == ids({"name": "钱"}) == ""
        assert ids({"enrolled_at": START}) == "abcd"

    def test_finds_by_ranges(self, store: Store, clerk: Clerk) -> None:
        people = [
            member("a", "Ab", "1"),
            member("b", "李", "2", days=1),
            member("c", "李", None, days=2),
            member("d", "𠮷", "10", days=3),
        ]
        with store.begin(clerk.community) as work:
            work.add(*people)

        def ids(where: dict[str, object]) -> str:
            with store.begin(clerk.community, write=False) as work:
                found = work.find(Member, where)
                assert work.count(Member, where) == len(found)
                return "".join(m.id for m in found)

        first, second, third = (START + timedelta(days=n) for n in range(3))
        assert ids({"enrolled_at": Range(at_most=second)}) == "ab"
        assert ids({"enrolled_at": Range(at_least=second)}) == "bcd"
        assert ids({"enrolled_at": Range(above=second)}) == "cd"
        assert ids({"enrolled_at": Range(below=second)}) == "a"
        assert ids({"enrolled_at": Range(at_least=first, below=third), "name": "李"}) == "b"
        assert ids({"enrolled_at": Range(above=third, at_most=first)}) == ""
        assert ids({"name": Range(above="Ab", at_most="李")}) == "bc"
        assert ids({"number": Range(at_least="10")}) == "bd"
        assert ids({"number": Range()}) == "abd"
        assert ids({"number": Range(at_most="1"), "id": ("a", "b")}) == "a"

    def test_finds_by_what_other_records_say(self, store: Store, clerk: Clerk) -> None:
        """It is looked up for the question itself: both can be asked for in one go."""
        home = Household("home", "first", "1-101")
        with store.begin(clerk.community) as work:
            work.add(Grid("first", "东"), home, Household("away", "first", "1-102"))
            work.add(
                attrs.evolve(member("a"), household_id="home"), attrs.evolve(member("b"), household_id="away")
            )
            work.add(member("c"))
        with store.begin(clerk.community) as work:

            def homes(*members: str) -> list[str]:
                of = {"id": Of(Member, "household_id", members)}
                people, found = work.find_all(Sought(Member, {"id": members}), Sought(Household, of))
                assert work.count(Household, of) == len(found)
                assert len(people) == len({*members} & {*"abc"})
                return [each.id for each in found]

            assert homes("a") == ["home"]
            assert homes("b", "a", "nobody", "a") == ["away", "home"]
            assert homes("c") == homes("nobody") == homes() == []
            work.replace(home, attrs.evolve(home, label="2-202", version=2))
            assert work.find(Household, {"id": Of(Member, "household_id", ["a"]), "label": "1-101"}) == []
            assert work.find(Member, {"household_id": Of(Member, "household_id", ["c"])}) == []

    def test_finds_and_locks(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community) as work:
            work.add(*(ServiceItem(id, "巡逻", "patrol") for id in "ab"))
            found = work.find(ServiceItem, {"status": ItemStatus.DRAFT}, lock=True)
            work.replace_all((item, ITEM.advance(item, ItemStatus.PUBLISHED)) for item in found)
        with store.begin(clerk.community, write=False) as work:
            assert [item.version for item in work.find(ServiceItem)] == [2, 2]

    def test_changes_all_or_none(self, store: Store, clerk: Clerk) -> None:
        items = [ServiceItem(id, "巡逻", "patrol") for id in "abc"]
        changes = [(item, ITEM.advance(item, ItemStatus.PUBLISHED)) for item in items]
        with store.begin(clerk.community) as work:
            work.add(*items)
            work.replace_all([])
            work.replace(*changes[1])
            with pytest.raises(ConcurrentChange) as caught:
                work.replace_all(changes)
            assert caught.value.fields == {"kind": "service_item", "id": "b"}
            assert work.find(ServiceItem, {"status": ItemStatus.DRAFT}) == [items[0], items[2]]
            work.replace_all([changes[0], changes[2]])
            assert work.find(ServiceItem) == [new for _, new in changes]

    def test_writes_what_is_new_and_what_changed_together(self, store: Store, clerk: Clerk) -> None:
        old, other = (ServiceItem(id, "巡逻", "patrol") for id in ("old", "other"))
        new, added = ITEM.advance(old, ItemStatus.PUBLISHED), ServiceItem("added", "助老", "care")
        change = (other, ITEM.advance(other, ItemStatus.PUBLISHED))
        with store.begin(clerk.community) as work:
            work.add(old, other)
            work.write([added], [(old, new)])
            work.write([], [])
            with pytest.raises(ConcurrentChange) as stale:
                work.write([ServiceItem("more", "助老", "care")], [change, (old, new)])
            assert stale.value.fields == {"kind": "service_item", "id": "old"}
            with pytest.raises(RecordExists) as doubled:
                work.write([ServiceItem("more", "助老", "care"), added], [change])
            assert doubled.value.fields == {"kind": "service_item", "id": "added"}
            assert work.find(ServiceItem) == [added, new, other]
            work.write([ServiceItem("more", "助老", "care")], [change])
            assert [item.version for item in work.find(ServiceItem)] == [1, 1, 2, 2]

    def test_a_value_that_is_equal_and_written_otherwise_is_kept_as_it_is_written(
        self, store: Store, clerk: Clerk
    ) -> None:
        shop = Merchant("shop", "超市", "points", Decimal("1.5"))
        with store.begin(clerk.community) as work:
            work.add(shop)
            work.replace(shop, attrs.evolve(shop, rate=Decimal("1.50"), version=2))
            assert str(work.get(Merchant, "shop").rate) == "1.50"

    def test_finds_several_kinds_in_one_go(self, store: Store, clerk: Clerk) -> None:
        people = [member("li"), member("zhao", number="7")]
        with store.begin(clerk.community) as work:
            work.add(*people, ServiceItem("item", "巡逻", "patrol"))
        with store.begin(clerk.community) as work:
            found = work.find_all(
                Sought(Member, {"id": "zhao"}, lock=True),
                Sought(ServiceItem, {"status": ItemStatus.PUBLISHED}),
                Sought(Member, order=("-id",), limit=1),
                Sought(ServiceItem, {"version": (1, 2)}),
                Sought(ServiceItem, {"version": (2, 3, 4)}),
            )
            assert [[record.id for record in each] for each in found] == [
                ["zhao"],
                [],
                ["zhao"],
                ["item"],
                [],
            ]
            assert work.find_all() == []

    def test_finds_what_was_changed_under_its_new_values(self, store: Store, clerk: Clerk) -> None:
        draft = ServiceItem("item", "巡逻", "patrol")
        with store.begin(clerk.community) as work:
            work.add(draft, ServiceItem("other", "助老", "care"))
            assert work.count(ServiceItem, {"status": ItemStatus.DRAFT}) == 2
        with store.begin(clerk.community) as work:
            work.replace(draft, ITEM.advance(draft, ItemStatus.PUBLISHED))
            assert [i.id for i in work.find(ServiceItem, {"status": ItemStatus.PUBLISHED})] == ["item"]
            assert [i.id for i in work.find(ServiceItem, {"status": ItemStatus.DRAFT})] == ["other"]

    def test_orders_as_every_other_store(self, store: Store, clerk: Clerk) -> None:
        """Text by code point, None before everything, and what is equal by id."""
        people = [
            member("1", "Ab", "2", days=1),
            member("2", "aB", None, days=2),
            member("3", "李", "10"),
            member("4", "𠮷", None),
            member("5", "_", "1", days=1),
        ]
        with store.begin(clerk.community) as work:
            work.add(*people)

        def ids(*order: str, limit: int | None = None) -> str:
            with store.begin(clerk.community, write=False) as work:
                return "".join(m.id for m in work.find(Member, order=order, limit=limit))

        assert ids("name") == "15234"
        assert ids("-name") == "43251"
        assert ids("number") == "24531"
        assert ids("-number") == "13524"
        assert ids("enrolled_at", "-number") == "34152"
        assert ids("-enrolled_at", "id") == "21534"
        assert ids("-id", limit=2) == "54"
        assert ids("name", limit=0) == ""
        assert ids("id", limit=9) == "12345"

    def test_streams_what_select_answers(self, store: Store, clerk: Clerk) -> None:
        people = [member(f"{n:04}", "Ab", f"{n}", days=n % 7) for n in range(5_000)]
        with store.begin(clerk.community) as work:
            work.add(*people)
        fields, where = ("number", "enrolled_at"), {"enrolled_at": Range(above=people[0].enrolled_at)}
        with store.begin(clerk.community, write=False) as work:
            wanted = work.select(Member, fields, where, order=("-enrolled_at",))
            stream = work.stream(Member, fields, where, order=("-enrolled_at",))
            assert next(stream) == wanted[0]
            assert work.get(Member, "0001") == people[1]  # something else may be read meanwhile
            assert [*stream] == wanted[1:]
            assert next(work.stream(Member, ("id",))) == ("0000",)  # and the rest may be left
            assert list(work.stream(Member, ("id",), {"id": "nobody"})) == []

    def test_units_and_profiles_are_records_too(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community, write=False) as work:
            assert [unit.id for unit in work.find(Unit)] == ["hours", "points"]
            assert work.find(Unit, {"code": "hours"}) == [work.get(Unit, "hours")]
            assert work.get(Profile, clerk.community) == work.find(Profile)[0]

    def test_an_unknown_id_is_refused(self, store: Store, clerk: Clerk) -> None:
        for lock in (False, True):
            with pytest.raises(RecordUnknown) as caught, store.begin(clerk.community) as work:
                work.get(ServiceItem, "nothing", lock=lock)
            assert caught.value.fields == {"kind": "service_item", "id": "nothing"}

    def test_an_id_is_text(self, store: Store, clerk: Clerk) -> None:
        """A program that gives a record in the place of its id is told so, and not by the database."""
        with store.begin(clerk.community) as work:
            found = work.get(Unit, "points")
            for wrong in (found, 7, None, [found.id]):
                for lock in (False, True):
                    with pytest.raises(WrongType) as caught:
                        work.get(ServiceItem, wrong, lock=lock)  # type: ignore[arg-type]
                    assert (caught.value.field, caught.value.given) == ("id", type(wrong).__name__)
            assert work.get(Unit, "points") == found

    # --- replace ------------------------------------------------------------------------------

    def test_a_stale_record_replaces_nothing(self, store: Store, clerk: Clerk) -> None:
        draft = ServiceItem("item", "巡逻", "patrol")
        published = ITEM.advance(draft, ItemStatus.PUBLISHED)
        with store.begin(clerk.community) as work:
            work.add(draft)
            work.replace(draft, published)
        with pytest.raises(ConcurrentChange) as caught, store.begin(clerk.community) as work:
            work.replace(draft, ITEM.advance(draft, ItemStatus.CLOSED))
        assert caught.value.fields == {"kind": "service_item", "id": "item"}
        unknown = attrs.evolve(draft, id="never-added")
        with pytest.raises(ConcurrentChange), store.begin(clerk.community) as work:
            work.replace(unknown, attrs.evolve(unknown, version=2))
        with store.begin(clerk.community, write=False) as work:
            assert work.find(ServiceItem) == [published]

    def test_replaces_every_field(self, store: Store) -> None:
        with store.begin("baiyang") as work:
            work.add(*examples("baiyang"))
            full = work.get(Member, "李秀英@1")
            bare = Member("李秀英@1", "李", START, version=full.version + 1)
            work.replace(full, bare)
        with store.begin("baiyang") as work:
            assert anatomy(work.get(Member, "李秀英@1", lock=True)) == anatomy(bare)
            work.replace(bare, again := attrs.evolve(full, version=bare.version + 1))
            assert anatomy(work.get(Member, "李秀英@1")) == anatomy(again)

    def test_counts_records_by_a_field(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community) as work:
            work.add(*(ServiceItem(id, "巡逻", "patrol", status=ItemStatus.PUBLISHED) for id in "abc"))
            work.add(ServiceItem("d", "助老", "care"), ServiceItem("e", "巡逻", "care"))
        with store.begin(clerk.community, write=False) as work:
            assert work.count_by(ServiceItem, "deed") == {"patrol": 3, "care": 2}
            assert work.count_by(ServiceItem, "status", {"deed": "care"}) == {ItemStatus.DRAFT: 2}
            assert work.count_by(ServiceItem, "category", {"id": ["a", "d"]}) == {None: 2}
            assert work.count_by(ServiceItem, "deed", {"id": []}) == {}
            assert type(next(iter(work.count_by(ServiceItem, "status", {"id": "a"})))) is ItemStatus

    # --- counters -----------------------------------------------------------------------------

    def test_counts_what_was_used_of_a_limit(self, store: Store, clerk: Clerk) -> None:
        month = str(UsageKey("care-month", "李秀英@1", date(2026, 3, 1)))
        ever = str(UsageKey("入会", "h:1", date.min))

        def used(work: Work) -> list[int]:
            counted = work.lock_usage([ever, month])
            return [counted[month], counted[ever]]

        with store.begin(clerk.community) as work:
            assert work.lock_usage([]) == {}
            assert used(work) == [0, 0]
            work.set_usage({month: 30})
            assert used(work) == [30, 0]
        with store.begin(clerk.community) as work:
            assert used(work) == [30, 0]
            work.set_usage({month: 0, ever: 10**15})
        with store.begin(clerk.community, write=False) as work:
            nobody = month.replace("李秀英", "nobody")
            assert work.usage([month, ever, nobody]) == {month: 0, ever: 10**15, nobody: 0}
            assert work.usage([]) == {}
        with store.begin(clerk.community) as work:
            assert used(work) == [0, 10**15]
            assert work.lock_usage([month.replace("李秀英", "other")]).popitem()[1] == 0
