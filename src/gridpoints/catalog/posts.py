"""Standing posts (岗位) that somebody holds for a term, and errands (代办) that a resident asks for."""

from __future__ import annotations

from datetime import date, datetime

from attrs import evolve, field, frozen

from gridpoints.catalog.model import MOST_PLACES, ItemStatus, Mode, must_be_published
from gridpoints.catalog.wording import check_choice, check_days, check_name, check_names, check_optional
from gridpoints.errors import PostOver
from gridpoints.values import Interval, Names, check_text, check_whole


@frozen
class Post:
    """A standing duty (社区定岗), held by up to `places` people from `starts_on` to `ends_on`, both included.

    `defined_by` is the community or the department that asks for it.
    """

    id: str
    item_id: str
    name: str
    starts_on: date
    places: int
    duties: str = ""
    names: Names = field(factory=dict, hash=False)
    ends_on: date | None = None
    place: str = ""
    defined_by: str = ""
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 1

    def checked(self) -> Post:
        """Itself, as it can be kept."""
        check_whole("places", self.places, most=MOST_PLACES)
        check_days(starts_on=self.starts_on, ends_on=self.ends_on)
        return evolve(
            self,
            name=check_name(self.name),
            names=check_names("name", self.names),
            duties=check_optional("duties", self.duties),
            place=check_optional("place", self.place, longest=200),
            defined_by=check_optional("name", self.defined_by, longest=200),
        )

    def must_take_claims(self, today: date) -> None:
        """Raise `NotPublished` for a draft and a closed post, `PostOver` after its term."""
        must_be_published(self)
        if self.ends_on is not None and today > self.ends_on:
            raise PostOver(post=self.id, ends_on=self.ends_on)


@frozen
class Errand:
    """What a resident (`member_id`) asks to have done: for them, with them, or at their door.

    `mandate` is what whoever does it may do in the resident's name (委托内容); `from_place` and
    `to_place` are for whoever took it on, and for nobody else. It can be done from `starts_at` to
    before `ends_at` where these are given.
    """

    id: str
    item_id: str
    member_id: str
    mode: Mode
    text: str
    asked_at: datetime
    asked_by: str
    from_place: str = ""
    to_place: str = ""
    mandate: str = ""
    place: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 1

    def checked(self) -> Errand:
        """Itself, as it can be kept."""
        if self.starts_at is not None and self.ends_at is not None:
            Interval(self.starts_at, self.ends_at)
        return evolve(
            self,
            mode=check_choice("mode", self.mode, Mode),
            text=check_text("text", self.text),
            from_place=check_optional("place", self.from_place),
            to_place=check_optional("place", self.to_place),
            mandate=check_optional("mandate", self.mandate),
            place=check_optional("place", self.place, longest=200),
        )

    def without_particulars(self) -> Errand:
        """Itself, as everybody may read it: not where exactly, nor what may be done in whose name."""
        return evolve(self, from_place="", to_place="", mandate="")

    @property
    def places(self) -> int:
        """One person runs an errand."""
        return 1

    def must_take_claims(self) -> None:
        """Raise `NotPublished` for a draft, and for one that is done or withdrawn."""
        must_be_published(self)
