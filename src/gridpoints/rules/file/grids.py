"""How a file says how large grids are and who serves there: ``grids``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from gridpoints.rules.file.fields import Document, Origin, whole
from gridpoints.rules.grids import GridTerms

MOST_IN_A_GRID = 100_000
MOST_TOLERANCE = 99

HowMany = Annotated[
    int,
    BeforeValidator(whole("number", 0, MOST_IN_A_GRID)),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST_IN_A_GRID}),
]
Percent = Annotated[
    int,
    BeforeValidator(whole("number", 0, MOST_TOLERANCE)),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST_TOLERANCE}),
]


class GridsEntry(Document):
    """What every grid is held to; of what is left out, the usual figure counts."""

    households: Annotated[HowMany | None, Field(examples=[300])] = None
    people: Annotated[HowMany | None, Field(examples=[1000])] = None
    tolerance: Annotated[Percent | None, Field(examples=[20])] = None
    cadres: Annotated[HowMany | None, Field(examples=[6])] = None
    volunteers: Annotated[HowMany | None, Field(examples=[30])] = None
    source: Origin | None = None

    def compiled(self) -> GridTerms:
        """The figures."""
        return GridTerms(
            households=self.households,
            people=self.people,
            tolerance=self.tolerance,
            cadres=self.cadres,
            volunteers=self.volunteers,
            source=self.source or "",
        )
