"""Awards in parts: whoever looks for those of a member finds them in each, and new ones go to the newest."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from attrs import evolve

from gridpoints.awards.model import Award
from gridpoints.community.model import Member, Profile
from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import START
from gridpoints.testing.contract.examples import examples

EXAMPLE = next(each for each in examples("baiyang") if isinstance(each, Award) and not each.household_id)


def award(id: str, member_id: str) -> Award:
    return evolve(EXAMPLE, id=id, member_id=member_id)


def test_the_awards_of_a_member_are_found_in_each_part(sqlite_url: str) -> None:
    people = ("li", "wang", "zhao")
    with closing(SqlStore(sqlite_url)) as store:
        with store.begin("baiyang") as work:
            work.add(Profile("baiyang", "白羊村", "Asia/Shanghai", START))
            work.add(*(Member(id, id.title(), START) for id in people))
            work.add(*(award(f"{id}{n:02}", id) for id in people for n in range(20)))
        in_parts(sqlite_url, "rowid % 7 * 3")
        with store.begin("baiyang", write=False) as work:
            for id in people:
                assert work.count(Award, {"member_id": id}) == 20
                assert work.find(Award, {"member_id": id}) == [award(f"{id}{n:02}", id) for n in range(20)]
            assert len(work.select(Award, ["id"], {"member_id": ("li", "zhao"), "deed": "patrol"})) == 40
            assert work.count_by(Award, "member_id", {"member_id": ("li", "who?")}) == {"li": 20}
        with store.begin("elsewhere", write=False) as work:
            assert work.find(Award, {"member_id": "li"}) == []


def test_new_awards_are_in_the_newest_part(sqlite_url: str) -> None:
    with closing(SqlStore(sqlite_url)) as store:
        with store.begin("baiyang") as work:
            work.add(Profile("baiyang", "白羊村", "Asia/Shanghai", START), Member("li", "Li", START))
            work.add(award("a", "li"))
        in_parts(sqlite_url, "part", rowid="65536")
        with store.begin("baiyang") as work:
            work.add(award("b", "li"), award("c", "li"))
            assert [found.id for found in work.find(Award, {"member_id": "li"})] == ["a", "b", "c"]
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file:
        parts = file.execute("SELECT id, part FROM gridpoints_award ORDER BY id").fetchall()
    assert parts == [("a", 0), ("b", 1), ("c", 1)]


def in_parts(url: str, part: str, *, rowid: str = "rowid") -> None:
    """Put the awards into other parts, as though there had been many more."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
        file.execute(f"UPDATE gridpoints_award SET part = {part}, rowid = {rowid}")  # noqa: S608 -- written above
