"""All that a package needs to add a kind of rule: a form for the file, and what it is compiled to.

A form is a class that says how a committee writes the rule (`PointsForm`, `ConditionForm` or `LimitForm`,
together with `Document`), and its `compiled` gives what judges: an `Amount`, a `Condition` or a `Bound`.
The package names the form in an entry point of the group ``gridpoints.amounts``,
``gridpoints.conditions`` or ``gridpoints.limits``, whose name is the key by which the form is known.

What is wrong with a value is raised as a `RuleSetError`, by a validator, or told by `Form.problems`; its
docstring is the message, and its ``texts`` the same in other languages. The steps of an explanation carry
their own sentences: ``Step("distance", {"texts": {"en": "{points} for {km} km", "zh_Hans": …}, …})``.
"""

from __future__ import annotations

from gridpoints.errors import GridpointsError, RuleSetError
from gridpoints.rules.amounts import Amount, Rounding, Worth, quantity_of, times
from gridpoints.rules.case import Case, Counter, Fact, Scope
from gridpoints.rules.conditions import Condition
from gridpoints.rules.expression.model import Program, Type
from gridpoints.rules.file.fields import Code, Count, Day, Document, Note, Number, Yes, checked, one_of
from gridpoints.rules.file.figures import AmountFigure, FactorFigure, PointsFigure
from gridpoints.rules.file.forms import Building, ConditionForm, Form, LimitForm, PointsForm, Uses
from gridpoints.rules.file.limits import Covering
from gridpoints.rules.file.problems import Path
from gridpoints.rules.limits import Bound, Counted, Excess, Limit
from gridpoints.values import Period, Step

__all__ = [
    "Amount",
    "AmountFigure",
    "Bound",
    "Building",
    "Case",
    "Code",
    "Condition",
    "ConditionForm",
    "Count",
    "Counted",
    "Counter",
    "Covering",
    "Day",
    "Document",
    "Excess",
    "Fact",
    "FactorFigure",
    "Form",
    "GridpointsError",
    "Limit",
    "LimitForm",
    "Note",
    "Number",
    "Path",
    "Period",
    "PointsFigure",
    "PointsForm",
    "Program",
    "Rounding",
    "RuleSetError",
    "Scope",
    "Step",
    "Type",
    "Uses",
    "Worth",
    "Yes",
    "checked",
    "one_of",
    "quantity_of",
    "times",
]
