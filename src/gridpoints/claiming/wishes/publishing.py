"""Wishes are screened by a person, and published under a number."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from gridpoints.awards.operations import Awards
from gridpoints.claiming.wishes.model import WISH, Particulars, Wish, WishRound, WishStatus, WishTerms
from gridpoints.claiming.wishes.screenings import Leftover, Screening, leftovers, redacted
from gridpoints.claiming.wishes.showing import Card, Showing, card_of, cards
from gridpoints.claiming.wishes.wished import terms_in
from gridpoints.community.model import Household, Member, Profile
from gridpoints.errors import NotScreened, OwnScreening, PersonalDataLeft, RoundOver, ValueAboveLimit
from gridpoints.storage.port import Range, Work
from gridpoints.values import check_decimal, check_text


@frozen
class Preview:
    """What the public would see of a wish, what is still personal in it, and what is not noted yet.

    `proposed` is the text without it. `missing` holds ``need`` and ``consent``.
    """

    card: Card
    found: tuple[Leftover, ...]
    proposed: str
    missing: tuple[str, ...]
    above_limit: bool


@frozen
class Publishing(Showing):
    """What those do who judge wishes."""

    def screen_wish(
        self,
        wish_id: str,
        *,
        text: str | None = None,
        need: str | None = None,
        consent: str | None = None,
        value: Decimal | int | str | None = None,
        despite: str | None = None,
    ) -> Preview:
        """Note what was found out about a wish, as often as one likes: what is not given stays as it was.

        `text` is what the public will read, `need` why it is needed, `consent` how it was given.
        Personal data that are left in the text keep it from being published, unless `despite` says
        for what reason they may stand there. Raises `WishRoleNeeded`,
        `OwnScreening` or `WishJudged`.
        """
        with self.context.begin() as work:
            wish = work.get(Wish, wish_id, lock=True)
            self._must_judge(work, wish)
            wish.must_wait()
            worth = wish.value if value is None else check_decimal("value", value)
            screening = WISH.advance(wish, WishStatus.SCREENING, value=worth)
            former = self._last_screening(work, wish)
            words = text
            if words is None:
                words = former.text if former else work.get(Particulars, wish.id).told
            found = self._screening(
                work,
                screening,
                check_text("text", words),
                need=text_or_none("need", need) or (former.need if former else None),
                consent=text_or_none("consent", consent) or (former.consent if former else None),
                despite=text_or_none("reason", despite)
                or (former.despite if former and former.text == words else None),
            )
            self.context.keep(work, found)
            return self._preview(work, self.context.change(work, wish, screening))

    def preview(self, wish_id: str) -> Preview:
        """What the public would see of a wish that is screened, and what stands in its way."""
        with self.context.read() as work:
            wish = work.get(Wish, wish_id)
            self._must_concern(work, wish)
            return self._preview(work, wish)

    def _preview(self, work: Work, wish: Wish) -> Preview:
        terms, last = terms_in(work), self._last_screening(work, wish)
        text = last.text if last else work.get(Particulars, wish.id).told
        found = self._leftovers(work, wish, text)
        card = cards(work, [wish])[0] if wish.text else card_of(wish, text, terms, {}, wish.parts)
        noted = {"need": last and last.need, "consent": last and last.consent}
        return Preview(
            card=card,
            found=found,
            proposed=redacted(text, found),
            missing=tuple(name for name, said in noted.items() if not said),
            above_limit=_above(wish, terms),
        )

    def publish_wish(self, wish_id: str, *, round_id: str | None = None) -> Wish:
        """Let others see the wish and claim it, at once or in a round, under a number.

        One that nobody screened is screened by this, in the words in which it was told. Raises
        `PersonalDataLeft`, `ValueAboveLimit`, `NotScreened`, `RoundOver`, `WishJudged`,
        `WishRoleNeeded`, `OwnScreening`, or `DeedUnknown` where nothing could ever be given for it.
        """
        now = self.context.now()
        with self.context.begin() as work:
            wish = work.get(Wish, wish_id, lock=True)
            terms = self._must_judge(work, wish)
            wish.must_wait()
            Awards(self.context).must_know(wish.deed)
            last = self._last_screening(work, wish)
            if last is None:
                last = self._screening(work, wish, work.get(Particulars, wish.id).told)
                self.context.keep(work, last)
            self._must_stand(wish, last, terms)
            published = WISH.advance(
                wish,
                WishStatus.PUBLISHED,
                text=last.text,
                number=self._number(work, round_id),
                published_at=now,
                round_id=round_id,
            )
            return self.context.change(work, wish, published)

    def _must_stand(self, wish: Wish, last: Screening, terms: WishTerms) -> None:
        """Raise where what was found out stands in the way."""
        for name in ("need", "consent"):
            if name in terms.required and not getattr(last, name):
                raise NotScreened(wish=wish.id, missing=name)
        if _above(wish, terms):
            assert wish.value is not None and terms.value_limit is not None  # noqa: S101, PT018
            raise ValueAboveLimit(
                wish=wish.id, value=wish.value, limit=terms.value_limit, currency=terms.currency
            )
        if last.leftovers and not last.despite:
            raise PersonalDataLeft(wish=wish.id, personal=tuple(dict.fromkeys(map(str, last.leftovers))))

    def reject_wish(self, wish_id: str, *, reason: str) -> Wish:
        """Refuse a wish that is not published, with the reason that the resident is told."""
        with self.context.begin() as work:
            wish = work.get(Wish, wish_id, lock=True)
            self._must_judge(work, wish)
            wish.must_wait()
            return self.context.change(work, wish, WISH.advance(wish, WishStatus.REJECTED), reason)

    # --- steps --------------------------------------------------------------------------------

    def _must_judge(self, work: Work, wish: Wish) -> WishTerms:
        terms, actor = terms_in(work), self.context.actor
        terms.must_entrust(actor)
        if wish.concerns(actor):
            raise OwnScreening(actor=actor.id, wish=wish.id)
        return terms

    def _last_screening(self, work: Work, wish: Wish) -> Screening | None:
        last = work.find(Screening, {"wish_id": wish.id}, order=("-at", "-id"), limit=1)
        return last[0] if last else None

    def _screening(
        self,
        work: Work,
        wish: Wish,
        text: str,
        *,
        need: str | None = None,
        consent: str | None = None,
        despite: str | None = None,
    ) -> Screening:
        found = self._leftovers(work, wish, text)
        return Screening(
            id=self.context.id(None),
            wish_id=wish.id,
            at=self.context.now(),
            by=self.context.actor.id,
            text=text,
            need=need,
            consent=consent,
            value=wish.value,
            leftovers=tuple(each.kind for each in found),
            despite=despite,
        )

    def _leftovers(self, work: Work, wish: Wish, text: str) -> tuple[Leftover, ...]:
        """Personal data in a text, those of the beneficiary's household included."""
        file, beneficiary = work.get(Particulars, wish.id), work.get(Member, wish.beneficiary_id)
        people, places = [beneficiary], [file.address, file.contact]
        if beneficiary.household_id is not None:
            people = work.find(Member, {"household_id": beneficiary.household_id})
            places.append(work.get(Household, beneficiary.household_id).label)
        return leftovers(text, [person.name for person in people], filter(None, places))

    def _number(self, work: Work, round_id: str | None) -> str:
        """The next number of the round, or of the year; whoever publishes waits for the other here."""
        series = f"{self.context.today().year}"
        if round_id is not None:
            round, now = work.get(WishRound, round_id), self.context.now()
            if round.is_over(now):
                raise RoundOver(round=round.name, closes_at=round.closes_at)
            series = round.id
        work.get(Profile, self.context.community, lock=True)
        # A full stop is what comes after a hyphen.
        taken = work.count(Wish, {"number": Range(at_least=f"{series}-", below=f"{series}.")})
        return f"{series}-{taken + 1:03d}"


def _above(wish: Wish, terms: WishTerms) -> bool:
    return wish.value is not None and terms.value_limit is not None and wish.value > terms.value_limit


def text_or_none(name: str, text: str | None) -> str | None:
    """The text, checked, if there is one."""
    return None if text is None else check_text(name, text)
