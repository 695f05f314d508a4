"""``python -m gridpoints.cli`` is ``gridpoints``."""

from __future__ import annotations

from gridpoints.cli import main

main()
