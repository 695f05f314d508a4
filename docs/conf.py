"""How the pages are built: ``tox -e docs`` writes them to ``docs/_build/html``."""

from __future__ import annotations

from enum import Enum
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING

from docutils.nodes import Element
from sphinx.addnodes import pending_xref
from sphinx.util.nodes import make_refnode

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

project = "gridpoints"
author = "The gridpoints maintainers"
copyright = f"2026, {author}"
release = version = version_of("gridpoints-platform")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinxcontrib.mermaid"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"gridpoints {release}"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# In docstrings, `name` is a name of ours where there is one, and code otherwise.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}


def link_bare_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: Element
) -> Element | None:
    """Resolve a name without its module, as docstrings use it, where it means one thing only."""
    if node.get("refdomain") != "py":
        return None
    target = "." + node["reftarget"]
    found = {
        (entry.docname, entry.node_id)
        for name, entry in env.domains.python_domain.objects.items()
        if name.endswith(target) and not entry.aliased
    }
    if len(found) != 1:
        return None
    ((page, anchor),) = found
    return make_refnode(app.builder, node["refdoc"], page, anchor, content, node["reftarget"])


def list_enum_members(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Say which values an enumeration has: they have no docstrings that would be shown."""
    if isinstance(obj, type) and issubclass(obj, Enum):
        lines += ["", "One of " + ", ".join(f"``{member.value}``" for member in obj) + ".", ""]


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", list_enum_members)
    app.connect("missing-reference", link_bare_name)
