"""Every text that a person reads: translated, and with numbers and dates as their language has them.

The key of a text is the text itself in English, with its fields in braces. The catalogs stand in
``locales``; ``python -m gridpoints.i18n.catalogs`` brings them up to date with the sources.
"""

from __future__ import annotations

from gridpoints.i18n.language import Language, marked

__all__ = ["Language", "marked"]
