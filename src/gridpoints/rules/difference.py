"""What two rule sets differ in: codes and figures, of which sentences are made at the edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from gridpoints.rules.model import RuleSet
from gridpoints.rules.statements import Aspect, Place, Statements, Steps, statements, table
from gridpoints.values import Names

#: What holds where nothing is said: points in another form have no rounding that could be told.
_TACIT = frozenset({"exact", "deed", "member"})
#: Lists of which those parts are told that the other does not have.
_IN_PARTS = frozenset({"when", "coefficients"})


class Altered(StrEnum):
    """An entry was added or removed as a whole, or something in it was changed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@frozen
class Difference:
    """One thing that differs: in a `section` of the file, of an entry there, in an aspect of it.

    `names` are those of the entry. `old` and `new` tell what each says; empty: nothing of it. Of an
    entry that was added or removed they sum it up.
    """

    altered: Altered
    section: str
    entry: str
    names: Names = field(hash=False)
    aspect: Aspect
    old: Steps
    new: Steps


def difference(old: RuleSet, new: RuleSet) -> tuple[Difference, ...]:
    """Everything that the files of two rule sets do not say alike, in the order of the files.

    Comments, the order of entries, and examples do not count; names, sources and days of review do.
    """
    return tuple(_differences(old.written, new.written))


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = statements(old), statements(new)
    for place in _in_order(before, after):
        entry = Place(place.section, place.entry)
        said, says = before.get(place, ()), after.get(place, ())
        altered = Altered.CHANGED
        if place.entry:
            if entry in before and entry in after:
                if not place.aspect:
                    continue
            elif place.aspect:
                continue
            else:
                altered = Altered.ADDED if entry in after else Altered.REMOVED
        if altered is Altered.CHANGED:
            said, says = _told(place.aspect, said, says)
            if said == says:
                continue
        names = _names(new, place) or _names(old, place)
        yield Difference(altered, place.section, place.entry, names, place.aspect, said, says)


def _in_order(before: Statements, after: Statements) -> list[Place]:
    """All places: those of the old file, each new one behind what stands before it in the new file."""
    order = {place: (n, 0) for n, place in enumerate(before)}
    behind = -1
    for n, place in enumerate(after, 1):
        if place in before:
            behind = order[place][0]
        else:
            order[place] = (behind, n)
    return sorted(order, key=order.__getitem__)


def _told(aspect: Aspect, said: Steps, says: Steps) -> tuple[Steps, Steps]:
    """What of the two is worth telling; twice the same where it is nothing."""
    tacit = [step.values.get("value") for step in said or says]
    if not (said and says) and aspect[0] == "points" and len(tacit) == 1 and tacit[0] in _TACIT:
        return (), ()
    if aspect == ("campaigns",) and _same_order(said, says):
        return (), ()
    if aspect[-1] in _IN_PARTS and said != says:
        gone = tuple(step for step in said if step not in says)
        come = tuple(step for step in says if step not in said)
        return (gone, come) if gone or come else ((), ())  # in another order only
    return said, says


def _same_order(said: Steps, says: Steps) -> bool:
    """Whether the campaigns that both have stand in one order; it counts where the first one applies."""
    if not (said and says):
        return True
    one, other = said[0].values["value"], says[0].values["value"]
    return [code for code in one if code in other] == [code for code in other if code in one]


def _names(written: Mapping[str, Any], place: Place) -> Names:
    section = table(written, place.section)
    entry = section.get(place.entry) if isinstance(section, Mapping) else None
    return (entry.get("name") or {}) if isinstance(entry, Mapping) else {}
