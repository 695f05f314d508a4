"""The demo needs extras: without them its tests are left out."""

from __future__ import annotations

from importlib.util import find_spec

if not all(map(find_spec, ("faker", "matplotlib", "rich"))):
    collect_ignore_glob = ["test_*.py"]
