"""Every refusal and every failure, one class each.

The class docstring *is* the message: it says what happened and what to do, with the fields
of the error in braces. ``str(error)`` gives it in English, `gridpoints.i18n.Language.error` in
the reader's language. `code` is stable: portals and scripts may branch on it.

Seven groups say what a caller can do about an error; every error belongs to exactly one:
`InvalidInput` (mend the input), `NotFound`, `Conflict` (somebody was there first), `Refused`
(the community's rules say no), `NotAllowed` (ask somebody else), `RuleSetError` (mend the rule
set) and `StoreError` (mend the installation).

An error is written once, in the module of its room, and can be imported from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridpoints.errors.awards import *
from gridpoints.errors.base import *
from gridpoints.errors.catalog import *
from gridpoints.errors.claiming import *
from gridpoints.errors.community import *
from gridpoints.errors.emergency import *
from gridpoints.errors.ledger import *
from gridpoints.errors.oversight import *
from gridpoints.errors.proofs import *
from gridpoints.errors.recognition import *
from gridpoints.errors.redemption import *
from gridpoints.errors.rules import *
from gridpoints.errors.settlement import *
from gridpoints.errors.stores import *
from gridpoints.errors.tables import *
from gridpoints.errors.values import *
from gridpoints.errors.vouchers import *
from gridpoints.errors.wishes import *

if not TYPE_CHECKING:  # at run time a star also brings what the modules import, `datetime` and the like
    __all__ = [each.__name__ for each in (every_error, *every_error())]
