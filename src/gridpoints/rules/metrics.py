"""What people and grids are measured by, and how much of it is needed: for stars and for grades.

A metric is ``hours`` or ``times`` (what was served, and how often), the code of a unit (what was
earned of it, spent or not), or a number among the facts that the file declares.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import field, frozen

from gridpoints.values import Names, Step

#: How much there is of each metric, units in decimals; of one that is not named there is none.
Metrics = Mapping[str, int | Decimal]


@frozen
class Need:
    """At least so much of a metric. `names` are those of its unit or its fact."""

    metric: str
    least: Decimal
    names: Names = field(factory=dict, hash=False)

    def missing(self, metrics: Metrics) -> Decimal:
        """What is missing; 0 where it is met."""
        return max(Decimal(0), self.least - metrics.get(self.metric, 0))

    def step(self, code: str, metrics: Metrics, level: Names) -> Step:
        """What there is of it, what is needed for `level`, and what is missing."""
        values = {
            "metric": self.names or self.metric,
            "found": Decimal(metrics.get(self.metric, 0)),
            "needed": self.least,
            "missing": self.missing(metrics),
            "level": level,
        }
        return Step(code, values)
