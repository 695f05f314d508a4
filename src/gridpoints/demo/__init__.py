"""A community's year in one command: made-up people on published rules, from a seed.

`run` plays the year in any store and answers a `Report`; the same `Scenario` gives the same
report on every store. `present` does so for somebody who looks on, in their language.
"""

from __future__ import annotations

from gridpoints.demo.report import Report
from gridpoints.demo.scenario import Scenario, fresh_file, run

__all__ = ["Report", "Scenario", "fresh_file", "run"]
