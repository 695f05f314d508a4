"""How large a grid should be and who should serve in it, as figures that a community can replace."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import evolve, field, frozen

from gridpoints.community.terms import CADRES, GRID_WORKER, VOLUNTEER
from gridpoints.rules.grids import GridTerms
from gridpoints.values import Explanation


@frozen
class Size:
    """About so many, give or take a share of it: 300 with a tolerance of 0.2 is 240 to 360."""

    about: int
    tolerance: Decimal = Decimal("0.2")

    @property
    def least(self) -> int:
        """The smallest number that is still about as many."""
        return int((self.about * (1 - self.tolerance)).to_integral_value(rounding="ROUND_CEILING"))

    @property
    def most(self) -> int:
        """The largest number that is still about as many."""
        return int(self.about * (1 + self.tolerance))


@frozen
class Staffing:
    """At least so many people in each grid who have one of the roles, each person counted once."""

    group: str
    roles: frozenset[str]
    least: int


@frozen
class Standards:
    """What grids are held to. Each figure has its `sources`; replace them with `attrs.evolve`.

    None, or no roles: nothing is asked. `steps` is how far apart in the tree two grids may be that help
    each other out: 2 for those under one parent. `levels` says, for each purpose of functional units, from
    how many people on a unit may have which level, the lowest first (党支部、党总支、党委).
    """

    households: Size | None = Size(300)
    people: Size | None = Size(1_000)
    staffing: tuple[Staffing, ...] = (
        Staffing("cadres", CADRES, 6),
        Staffing("volunteers", frozenset({VOLUNTEER}), 30),
    )
    workers: frozenset[str] = frozenset({GRID_WORKER})
    steps: int = 2
    levels: Mapping[str, tuple[tuple[str, int], ...]] = field(
        factory=lambda: {"branch": (("branch", 3), ("general_branch", 50), ("committee", 100))}, hash=False
    )
    sources: Mapping[str, str] = field(
        factory=lambda: {
            "households": "Lanshan district, Linyi: about 300 households a grid; the tolerance is ours",
            "people": "Lanshan district, Linyi: about 1,000 people a grid; the tolerance is ours",
            "workers": "Lanshan district, Linyi: one worker for each of 2,062 grids",
            "cadres": "Zhoucun district, Zibo: at least 6 cadres a grid",
            "volunteers": "Zhoucun district, Zibo: at least 30 volunteers a grid",
            "levels": "Statutes of branches (2018): 3 members for a branch, 50 and 100 for the next levels",
        },
        hash=False,
    )

    @classmethod
    def of(cls, terms: GridTerms) -> Standards:
        """The usual figures, with those in the place of which a community put its own."""
        usual = cls()
        tolerance = None if terms.tolerance is None else Decimal(terms.tolerance) / 100
        least = {"cadres": terms.cadres, "volunteers": terms.volunteers}
        figures = {"households": terms.households, "people": terms.people, **least}
        said = {name: terms.source for name, figure in figures.items() if figure is not None and terms.source}
        return evolve(
            usual,
            households=_size(usual.households, terms.households, tolerance),
            people=_size(usual.people, terms.people, tolerance),
            staffing=tuple(
                line if (own := least.get(line.group)) is None else evolve(line, least=own)
                for line in usual.staffing
            ),
            sources={**usual.sources, **said},
        )

    def staffing_of(self, group: str) -> Staffing:
        """The line for a group; raises KeyError where there is none."""
        return {line.group: line for line in self.staffing}[group]


def _size(usual: Size | None, about: int | None, tolerance: Decimal | None) -> Size | None:
    """What of a size was said; None: nothing is asked."""
    if about == 0 or usual is None:
        return None
    return Size(usual.about if about is None else about, usual.tolerance if tolerance is None else tolerance)


#: The figures of the reports that gridpoints was made from.
STANDARDS = Standards()


@frozen
class Reassignment:
    """One person who could serve in a grid that is short of people, and why it is they.

    `from_id` is the grid that has more than it needs; `held_at` the place there at which the office is.
    """

    office_id: str
    member_id: str
    member: str
    role: str
    held_at: str
    from_id: str
    to_id: str
    reasons: Explanation


@frozen
class Proposal:
    """How neighbours could fill the gaps. Nobody is moved: see `Membership.carry_out`.

    `lacking` says how many are missing still in each grid, for nobody near has more than is needed there.
    """

    group: str
    moves: tuple[Reassignment, ...]
    lacking: Mapping[str, int]

    def between(self) -> dict[tuple[str, str], int]:
        """How many go from which grid to which."""
        counted: dict[tuple[str, str], int] = {}
        for move in self.moves:
            pair = (move.from_id, move.to_id)
            counted[pair] = counted.get(pair, 0) + 1
        return counted
