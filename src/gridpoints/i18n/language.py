"""A language: the one way from codes and figures to sentences. Babel is used here alone."""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, reduce
from pathlib import Path
from string import Formatter
from typing import Any, ClassVar

from attrs import evolve, frozen
from babel import Locale, parse_locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent

from gridpoints.errors import UnknownLanguage
from gridpoints.i18n import differences
from gridpoints.i18n.explanations import AMOUNTS, COUNTS, NAMED, STEPS, UNKNOWN
from gridpoints.i18n.messages import Differing, Message
from gridpoints.i18n.words import CONTEXTS, NUMBERED, QUANTITIES, VERBATIM, WORDS
from gridpoints.records import kind_of
from gridpoints.values import Names, Step, Unit

DOMAIN = "gridpoints"
LOCALES = Path(__file__).parent / "locales"

_LEADING_WORDS = tuple(f"{{{name}}}" for name in (*CONTEXTS, "account"))

#: Ids, account owners and unit codes by the names that a reader knows them under.
Known = Mapping[str, str]


def marked(text: str) -> str:
    """`text` itself: marks a literal that is given to `Language.text` later, so that it is found."""
    return text


@lru_cache
def _catalog(code: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALES, [code], fallback=code == "en")


@lru_cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


@frozen
class Language:
    """One of the languages gridpoints speaks; instants are shown in `zone`.

    `en` is the language of the sources and has no catalog.
    """

    code: str
    zone: tzinfo = UTC

    #: All there are, each by its Babel locale.
    KNOWN: ClassVar[tuple[str, ...]] = ("zh_Hans", "zh_Hant", "en")

    @classmethod
    def of(cls, tag: str, zone: tzinfo = UTC) -> Language:
        """The language that `tag` asks for: ``zh-TW``, ``zh_CN.UTF-8``, ``en_GB``, ``zh``.

        Taiwan, Hong Kong and Macau read traditional characters. Raises `UnknownLanguage`.
        """
        try:
            language, territory, script, *_ = parse_locale(
                re.split("[.@]", tag, maxsplit=1)[0].replace("-", "_")
            )
        except ValueError:
            raise UnknownLanguage(language=tag, known=cls.KNOWN) from None
        if language == "zh":
            traditional = script == "Hant" or (script is None and territory in ("TW", "HK", "MO"))
            return cls("zh_Hant" if traditional else "zh_Hans", zone)
        if language == "en":
            return cls("en", zone)
        raise UnknownLanguage(language=tag, known=cls.KNOWN)

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] | None = None, zone: tzinfo = UTC) -> Language:
        """The first known language that ``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``, ``LANG`` name.

        English where they name none: a system that speaks Danish is no error.
        """
        environ = os.environ if environ is None else environ
        names = [environ.get(v, "") for v in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")]
        for tag in ":".join(names).split(":"):
            try:
                return cls.of(tag, zone)
            except UnknownLanguage:
                continue
        return cls("en", zone)

    def at(self, zone: tzinfo) -> Language:
        """The same language, with instants shown in `zone`."""
        return evolve(self, zone=zone)

    def install(self) -> None:
        """Make the standard `gettext` speak this language from now on, for the whole process.

        Typer takes its own words from there, some of them when it is imported: call this first.
        The variable ``LANGUAGE`` is set, which is where `gettext` looks.
        """
        gettext.bindtextdomain(DOMAIN, LOCALES)
        gettext.textdomain(DOMAIN)
        os.environ["LANGUAGE"] = self.code

    # --- sentences ----------------------------------------------------------------------------

    def text(self, msgid: str, **values: Any) -> str:
        """The translation of an English text, with `values` in its braces, each as its type asks.

        Numbers, dates and instants are formatted, enums and errors put into words, mappings of
        translations chosen from, tuples and lists joined, other text left as it is.
        """
        return self._fill(_catalog(self.code).gettext(msgid), values)

    def plural(self, singular: str, plural: str, n: int | Decimal, **values: Any) -> str:
        """The translation that fits `n`, which is ``{n}`` in it. A fraction takes the plural."""
        count = int(n) if n == int(n) else 2
        return self._fill(_catalog(self.code).ngettext(singular, plural, count), {"n": n, **values})

    def error(self, error: Message, known: Known | None = None) -> str:
        """The sentence that an error, or a problem of a rule set, has in this language.

        Ids that `known` has a name for are shown under it.
        """
        known = known or {}
        fields = error.fields
        values = {name: self._field(name, value, fields, known) for name, value in fields.items()}
        template = type(error).template()
        # An error of another package, which has no catalog, has its texts with it.
        texts = {} if self.code == "en" else getattr(type(error), "texts", {})
        sentence = self._fill(self.name(texts), values) if texts else self.text(template, **values)
        # An id keeps its first letter; a word of ours that begins the sentence is capitalised.
        begins_with_word = template.startswith(_LEADING_WORDS)
        return sentence[:1].upper() + sentence[1:] if begins_with_word else sentence

    def step(self, step: Step, known: Known | None = None) -> str:
        """What a step of an explanation says; one with an unknown code shows code and reason.

        A step of another package carries its own sentence, in several languages: ``texts``.
        """
        known = known or {}
        given = {name: value for name, value in step.values.items() if value not in (None, "")}
        texts = given.pop("texts", None)
        if given.get("counted") == given.get("quantity"):
            given.pop("counted", None)
        if isinstance(names := given.get("names"), Mapping):
            named = next((field for field in NAMED if field in given), "deed")
            given[named] = self.name(names, given.get(named, ""))
        values = {name: self._figure(name, value, given, known) for name, value in given.items()}
        values["code"] = self.word(step.code, "transaction_kind")
        if isinstance(texts, Mapping) and _is_plain(own := self.name(texts), values.keys()):
            return self._fill(own, values)
        for template in (*STEPS.get(step.code, ()), *UNKNOWN):
            if _braces(template) <= values.keys():
                return self.text(template, **values)
        raise AssertionError("the last text for unknown codes asks for the code alone")

    def explanation(self, steps: Iterable[Step], known: Known | None = None) -> list[str]:
        """One line for each step."""
        return [self.step(step, known) for step in steps]

    def phrase(self, step: Step, known: Known | None = None) -> str:
        """What a rule set says in one step, with the day from which it holds where it has one."""
        values = {name: self._phrases(value, known) for name, value in step.values.items()}
        phrase = self.step(Step(step.code, values), known)
        for name, template in differences.BESIDE.items():
            if name in values and f"{{{name}}}" not in STEPS[step.code][0]:
                phrase = self.text(template, phrase=phrase, **{name: values[name]})
        return phrase

    def _phrases(self, value: Any, known: Known | None) -> Any:
        """Steps within a step as phrases, and enums as words, whatever the name of the value."""
        if isinstance(value, Step):
            return self.phrase(value, known)
        if isinstance(value, StrEnum):
            return self.word(value)
        if isinstance(value, tuple):
            return tuple(self._phrases(each, known) for each in value)
        return value

    def difference(self, difference: Differing, known: Known | None = None) -> str:
        """What two rule sets differ in: "Evening patrol: 5 points each time → 8 points each time"."""
        section, aspect = difference.section, difference.aspect
        place = self.name(difference.names, difference.entry)
        if section and section != "deeds":
            kind = self.word(section, "section")
            place = self.text(differences.ENTRY, section=kind, entry=place) if place else kind
        if aspect and (section, aspect) != ("deeds", ("points",)):
            context = "right" if section == "permissions" else "key"
            named = " ".join(self.word(key, context) for key in aspect)
            place = self.text(differences.ASPECT, place=place, aspect=named) if place else named
        if section != "deeds":
            place = place[:1].upper() + place[1:]
        old, new = (self._said(steps, known) for steps in (difference.old, difference.new))
        template = differences.TEMPLATES[str(difference.altered)]
        if not (difference.old or difference.new):
            template = differences.BARE[str(difference.altered)]
        return self.text(template, place=place, old=old, new=new)

    def _said(self, steps: Iterable[Step], known: Known | None) -> str:
        return self.joined([self.phrase(step, known) for step in steps])

    # --- words --------------------------------------------------------------------------------

    def word(self, code: str, context: str | None = None) -> str:
        """The word for an enum's value, or for a code of that context; else the code itself.

        The contexts are those of `gridpoints.i18n.words`; an enum knows its own.
        """
        context = context or (kind_of(code) if isinstance(code, StrEnum) else "")
        # session_status.open, or, where sessions have no word of their own, status.open
        for name in (context, CONTEXTS.get(context, context.rpartition("_")[2])):
            if (english := WORDS.get(name, {}).get(str(code))) is not None:
                return str(_catalog(self.code).pgettext(name, english))
        return str(code)

    def name(self, names: Names, fallback: str = "") -> str:
        """The best of several translations: this language, then one that its readers can read."""
        chinese = ("zh_Hant", "zh_Hans") if self.code == "zh_Hant" else ("zh_Hans", "zh_Hant")
        order = ("en", *chinese, "zh") if self.code == "en" else (*chinese, "zh", "en")
        return next((names[code] for code in (*order, *names) if names.get(code)), fallback)

    def joined(self, items: Iterable[Any]) -> str:
        """A list, "a, b, c" or 「a、b、c」; errors one a line; the word "none" where there is nothing."""
        items = list(items)
        shown = [self.shown(item) for item in items]
        if any(isinstance(item, Message | Step) for item in items):
            return "\n".join(["", *shown])
        pattern = str(_locale(self.code).list_patterns["standard"]["middle"])
        return reduce(pattern.format, shown) if shown else self._none()

    # --- figures ------------------------------------------------------------------------------

    def number(self, number: Decimal | int) -> str:
        """All its digits, grouped, without needless zeros: 1,234.5."""
        return str(format_decimal(number, locale=_locale(self.code), decimal_quantization=False))

    def signed(self, number: Decimal | int) -> str:
        """The same with its sign, as in a statement: +20, -5, 0."""
        return f"+{self.number(number)}" if number > 0 else self.number(number)

    def amount(self, amount: int, unit: Unit) -> str:
        """An amount with its unit, under the unit's own name: 20 积分."""
        return self._with_unit(unit.decimal(amount), unit.code, {unit.code: self.name(unit.names)})

    def money(self, money: Decimal, currency: str) -> str:
        """A sum of money: ¥1,234.50."""
        return str(format_currency(money, currency, locale=_locale(self.code)))

    def percent(self, share: Decimal) -> str:
        """A share of 1 as a percentage, to the tenth: 12.3%."""
        return str(format_percent(share, format="#,##0.#%", locale=_locale(self.code)))

    def month(self, day: date) -> str:
        """The month that holds a day: 2026年3月."""
        return format_skeleton(
            "yMMM", datetime(day.year, day.month, 1, tzinfo=UTC), locale=_locale(self.code)
        )

    def instant(self, instant: datetime, zone: tzinfo | None = None) -> str:
        """An instant to the minute, in `zone` (None: the language's); UTC is named as such."""
        zone = zone or self.zone
        local, locale = instant.astimezone(zone), _locale(self.code)
        clock = format_skeleton("Hm", local, tzinfo=zone, locale=locale)
        day = format_date(local.date(), "medium", locale=locale)
        shown = str(locale.datetime_formats["medium"]).replace("{1}", day).replace("{0}", clock)
        return f"{shown} UTC" if zone is UTC else shown

    def date(self, day: date) -> str:
        """A day: 2026年3月5日."""
        return format_date(day, "medium", locale=_locale(self.code))

    # --- by type ------------------------------------------------------------------------------

    def _fill(self, text: str, values: Mapping[str, Any]) -> str:
        return text.format_map({name: self.shown(value) for name, value in values.items()})

    def shown(self, value: Any) -> str:
        """Any value as its type is read: a code as its word, a figure, a day, a list; None as "none"."""
        shown_by: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
            (StrEnum, self.word),
            (str, str),
            (bool, lambda truth: self.word(str(truth).lower(), "truth")),
            ((int, Decimal), self.number),
            (datetime, self.instant),
            (date, self.date),
            (Message, self.error),
            (Step, self.step),
            (Mapping, self.name),
            (Iterable, self.joined),
        )
        if value is None:
            return self._none()
        return next((shown(value) for kind, shown in shown_by if isinstance(value, kind)), str(value))

    def _none(self) -> str:
        return str(_catalog(self.code).pgettext("nothing", "none"))

    def _field(self, name: str, value: Any, fields: Mapping[str, Any], known: Known) -> Any:
        """A field of an error: codes put into words, ids under the names that are known."""
        if isinstance(value, tuple | list) and all(isinstance(item, str) for item in value):
            return tuple(self._field(name, item, fields, known) for item in value)
        if name in NUMBERED and isinstance(value, int):
            return str(value)
        if not isinstance(value, str) or name in VERBATIM:
            return value
        context = CONTEXTS.get(name)
        if context == "status":
            kind = fields.get("kind") or next((each for each in fields if each in WORDS["kind"]), "")
            context = f"{kind}_status"
        if context is not None:
            return self.word(value, context)
        if name == "account":
            return self.account(value, known)
        return known.get(value) or self.word(value, name)

    def account(self, key: str, known: Known | None = None) -> str:
        """An account's key (``points/member/0190…``) as a reader knows it."""
        known = known or {}
        match key.split("/", 2):
            case [_, kind, owner]:
                account = self.word(kind, "account_kind")
                return self.text("{account} of {owner}", account=account, owner=known.get(owner, owner))
            case [_, kind]:
                return self.word(kind, "account_kind")
        return key

    def _figure(self, name: str, value: Any, values: Mapping[str, Any], known: Known) -> Any:
        """A value of a step: like an error's field, and figures with what they count."""
        if isinstance(value, int | Decimal):
            if name in AMOUNTS and "unit" in values:
                return self._with_unit(value, values["unit"], known)
            if name in COUNTS | AMOUNTS and "per" in values:
                return self._with_unit(value, values["per"], known)
        return self._field(name, value, values, known)

    def _with_unit(self, number: int | Decimal, code: str, known: Known) -> str:
        if unit := known.get(code):
            return self.text("{amount} {unit}", amount=number, unit=unit)
        if code in QUANTITIES:
            return self.plural(*QUANTITIES[code], number)
        return self.text("{amount} {unit}", amount=number, unit=code)


def _is_plain(text: str, names: Collection[str]) -> bool:
    """Whether a text from outside has nothing in its braces but names that there are.

    It may come from a ledger that somebody else wrote: no attributes, no formats.
    """
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return False
    braces = [part[1:] for part in parts if part[1] is not None]
    return bool(text) and all(name in names and not spec and not how for name, spec, how in braces)


@lru_cache(maxsize=256)
def _braces(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)
