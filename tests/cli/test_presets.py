"""Presets: listed, written to a file to be made one's own, and published when a community is founded."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridpoints.cli.gallery import gallery
from gridpoints.rules.loading import load_file, preset_names, preset_text
from tests.cli.conftest import Run, run_here

GALLERY = Path(__file__).parents[2] / "docs" / "reference" / "presets.md"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs commands in a folder in which there is nothing yet."""
    monkeypatch.chdir(tmp_path)
    return run_here


def test_presets_are_listed_with_their_source(run: Run) -> None:
    ran = run("rules", "presets")
    assert ran.code == 0
    for name in preset_names():
        assert f"\n{name} " in ran.out
    assert (
        "Red civility index (红色文明指数) of Gujing community, Mianyang, 2021; read in a repost" in ran.out
    )
    listed = run("rules", "presets", "--json").document
    assert [each["name"] for each in listed["presets"]] == list(preset_names())
    assert (listed["text"], listed["file"]) == (None, None)


def test_a_preset_is_shown_as_it_is(run: Run) -> None:
    assert run("rules", "presets", "xinqi").out == preset_text("xinqi")
    assert run("rules", "presets", "xinqi", "--json").document["text"] == preset_text("xinqi")


def test_a_preset_is_written_once_and_made_ones_own(run: Run, tmp_path: Path) -> None:
    ran = run("rules", "presets", "hailin", "--write", "ours.yaml")
    assert (ran.code, ran.out) == (0, "The preset hailin is written to ours.yaml\n")
    ours = tmp_path / "ours.yaml"
    assert load_file(ours).id == "hailin@1"
    again = run("rules", "presets", "hailin", "--write", "ours.yaml")
    assert (again.code, again.err) == (
        5,
        "There is a file ours.yaml already, and it was left as it is. Name another one.\n",
    )
    ours.write_text(ours.read_text("utf-8").replace("code: hailin", "code: ours"), "utf-8")
    assert (
        run("init", "ours", "--name", "我们村", "--rules", "ours.yaml", "--json").document["rules"]
        == "ours@1"
    )


def test_a_community_begins_with_a_preset(run: Run) -> None:
    ran = run("init", "gujing", "--name", "古井社区", "--preset", "gujing")
    assert (ran.code, ran.out) == (0, "古井社区 is founded as gujing, with the rules gujing@2021\n")


def test_the_gallery_is_that_of_the_files() -> None:
    assert GALLERY.read_text("utf-8") == gallery(), f"run: python -m gridpoints.cli.gallery > {GALLERY.name}"


def test_the_gallery_tells_what_was_not_published() -> None:
    page = gallery()
    assert "How many of them must vote was not published" in page
    assert page.count("read in a repost (转载)") == 5
