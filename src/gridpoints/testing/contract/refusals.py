"""What a store refuses, whoever asks: ids and values that are taken, references to nothing, what is stale."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from gridpoints.catalog.model import ITEM, ItemStatus, ServiceItem
from gridpoints.community.model import Grid, Household, Member
from gridpoints.errors import (
    ConcurrentChange,
    InvalidInput,
    RecordExists,
    ReferenceUnknown,
)
from gridpoints.records import Record, kind_of
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.offers.model import Offer
from gridpoints.storage.integrity import REFERENCES, UNIQUE
from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import Clerk, StoreContract
from gridpoints.testing.contract.examples import examples
from gridpoints.testing.contract.records import member


class RefusalsContract(StoreContract):
    """What is unique, what refers to what, and what is undone where one of them is refused."""

    def test_an_id_is_taken_once_for_each_kind(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community) as work:
            work.add(Grid("x", "first"), member("x"))
        with pytest.raises(RecordExists) as caught, store.begin(clerk.community) as work:
            work.add(Grid("y", "with it"), Grid("x", "second"))
        assert caught.value.fields == {"kind": "grid", "id": "x"}
        with store.begin(clerk.community, write=False) as work:
            assert work.find(Grid) == [Grid("x", "first")]

    def test_a_refused_addition_undoes_only_its_own_block(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community) as work:
            work.add(member("li", number="7"))
            for wrong in (member("li"), member("zhao", number="7"), Household("h", "nowhere", "1")):
                with pytest.raises((RecordExists, ReferenceUnknown)), store.begin(clerk.community) as inner:
                    inner.add(member("before"), wrong)
            work.add(member("wang"))
        with store.begin(clerk.community, write=False) as work:
            assert [m.id for m in work.find(Member)] == ["li", "wang"]

    def test_a_number_names_one_member(self, store: Store, clerk: Clerk) -> None:
        zhao = member("zhao")
        with store.begin(clerk.community) as work:
            work.add(member("li", number="7"), zhao, member("wang"))
        with pytest.raises(RecordExists) as caught, store.begin(clerk.community) as work:
            work.add(member("sun", number="7"))
        assert caught.value.fields["kind"] == "member"
        with pytest.raises(RecordExists), store.begin(clerk.community) as work:
            work.replace(zhao, attrs.evolve(zhao, number="7", version=2))
        with store.begin(clerk.community) as work:
            work.replace(zhao, attrs.evolve(zhao, number="8", version=2))
            assert work.count(Member, {"number": "7"}) == 1

    def test_what_a_record_refers_to_exists(self, store: Store) -> None:
        records = examples("baiyang")
        with store.begin("baiyang") as work:
            work.add(*records)
        for kind, references in REFERENCES.items():
            example = [record for record in records if type(record) is kind][-1]
            for field in references:
                new = dict.fromkeys(("id", *UNIQUE.get(kind, ())), "new")
                dangling = _with(example, **new | {field: "nowhere"})
                with pytest.raises(ReferenceUnknown) as caught, store.begin("baiyang") as work:
                    work.add(dangling)
                assert caught.value.fields["kind"] == kind_of(kind)
                with store.begin("baiyang", write=False) as work:
                    assert work.find(kind, {"id": "new"}) == []

    def test_a_reference_may_be_left_out(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community) as work:
            work.add(Grid("g", "", parent_id=None), member("li"))
            assert work.count(Member, {"household_id": None}) == 1

    def test_a_changed_record_refers_to_what_exists(self, store: Store, clerk: Clerk) -> None:
        li = member("li")
        with store.begin(clerk.community) as work:
            work.add(li)
        with pytest.raises(ReferenceUnknown), store.begin(clerk.community) as work:
            work.replace(li, attrs.evolve(li, household_id="nowhere", version=2))
        with store.begin(clerk.community, write=False) as work:
            assert work.get(Member, "li") == li

    def test_stock_never_falls_below_0(self, store: Store, clerk: Clerk) -> None:
        offer = Offer("rice", "shop", "大米", 50, stock=1)
        with store.begin(clerk.community) as work:
            work.add(Merchant("shop", "小卖部", "points", Decimal(1)), offer)
        with pytest.raises(InvalidInput), store.begin(clerk.community) as work:
            work.replace(offer, attrs.evolve(offer, stock=-1, version=2))
        with store.begin(clerk.community, write=False) as work:
            assert work.get(Offer, "rice") == offer

    def test_what_is_refused_at_the_end_is_told_there_and_all_is_undone(
        self, store: Store, clerk: Clerk
    ) -> None:
        old, more, last = (ServiceItem(id, "巡逻", "patrol") for id in ("old", "more", "last"))
        new = ITEM.advance(old, ItemStatus.PUBLISHED)
        with store.begin(clerk.community) as work:
            work.add(old)
            work.write([last], [(old, new)], at_end=True)
        with pytest.raises(ConcurrentChange) as stale, store.begin(clerk.community) as work:
            work.add(more)
            work.write([], [(old, new)], at_end=True)
        assert stale.value.fields == {"kind": "service_item", "id": "old"}
        with pytest.raises(RecordExists) as doubled, store.begin(clerk.community) as work:
            work.write([more, last], (), at_end=True)
        assert doubled.value.fields == {"kind": "service_item", "id": "last"}
        with pytest.raises(RecordExists), store.begin(clerk.community) as work:
            work.write([last], (), at_end=True)
            work.find(ServiceItem)  # goes on nevertheless
            work.add(more)
        with pytest.raises(RecordExists), store.begin(clerk.community) as work:
            work.write([last], (), at_end=True)
            with store.begin(clerk.community) as inner:
                inner.add(more)
        with store.begin(clerk.community, write=False) as work:
            assert work.find(ServiceItem) == [last, new]

    def test_what_is_refused_at_the_end_of_an_inner_unit_of_work_is_undone_there(
        self, store: Store, clerk: Clerk
    ) -> None:
        first, second, third = (ServiceItem(id, "巡逻", "patrol") for id in "abc")
        with store.begin(clerk.community) as work:
            work.write([first], (), at_end=True)
            with pytest.raises(RecordExists) as doubled, store.begin(clerk.community) as inner:
                inner.add(third)
                inner.write([first], (), at_end=True)
            assert doubled.value.fields == {"kind": "service_item", "id": "a"}
            with store.begin(clerk.community) as inner:
                inner.write([second], (), at_end=True)
            assert work.find(ServiceItem) == [first, second]
            work.write([], [(second, ITEM.advance(second, ItemStatus.PUBLISHED))], at_end=True)
        with store.begin(clerk.community, write=False) as work:
            assert [(item.id, item.version) for item in work.find(ServiceItem)] == [("a", 1), ("b", 2)]


def _with(record: Record, **changes: object) -> Record:
    evolved: Record = attrs.evolve(record, **changes)  # type: ignore[misc]
    return evolved
