"""What can be wrong with the text of a file, before anybody looks at what it says."""

from __future__ import annotations

from gridpoints.errors import RuleSetError

# --- the file ---------------------------------------------------------------------------------


class NotUtf8(RuleSetError):
    """The text is not stored as UTF-8 from here on. Open the file in an editor and save it again
    with the encoding UTF-8."""


class FileTooLong(RuleSetError):
    """The file is longer than {longest} characters. Keep in it only what the rules need."""

    longest: int


class FileEmpty(RuleSetError):
    """The file is empty. Write the rules into it, from the line “gridpoints: 1” on."""


class CharacterNotAllowed(RuleSetError):
    """The character {character}, which cannot be seen, must not stand in this file. Delete it and
    type the words around it again."""

    character: str


class TooDeep(RuleSetError):
    """More than {most} levels are nested in one another here. Check the indentation and the
    brackets."""

    most: int


class SecondDocument(RuleSetError):
    """A second file begins here, with “---”. Delete this line, or move what follows it to a file
    of its own."""


# --- signs and indentation ----------------------------------------------------------------------


class TabFound(RuleSetError):
    """A tab stands here. Replace it by spaces."""


class WideColon(RuleSetError):
    """The colon after “{key}” is a full-width one (：). Write an ordinary colon and a space after
    it: “{key}: ”."""

    key: str


class WideComma(RuleSetError):
    """The comma “{character}” is a full-width one. Write an ordinary comma and a space after it:
    “, ”."""

    character: str


class WideSpace(RuleSetError):
    """A wide or invisible space stands beside “{key}”. Replace it by ordinary spaces."""

    key: str


class SpaceMissing(RuleSetError):
    """There is no space after the colon of “{key}”. Write “{key}: ” and then the value."""

    key: str


class ColonMissing(RuleSetError):
    """There is no colon after “{key}”. Write “{key}: ” and then the value."""

    key: str


class ColonMisplaced(RuleSetError):
    """This colon cannot stand here. If it belongs to a text, put the whole text in quotation marks.
    If not, check that the line above has its own colon, and that this line begins in the right
    column."""


class IndentationWrong(RuleSetError):
    """This line begins in a column that does not fit the lines above. Begin lines that belong
    together in the same column."""


class QuoteOpen(RuleSetError):
    """The quotation mark that stands here has no counterpart. Write the same mark at the end of the
    text."""


class BracketOpen(RuleSetError):
    """The bracket {bracket} that stands here is not closed, or there is no comma between two of the
    things inside it. Write a comma between all of them, and {closing} at the end."""

    bracket: str
    closing: str


class SignNotAllowed(RuleSetError):
    """A value must not begin with {sign}. Delete the sign, or put the whole value in quotation
    marks."""

    sign: str


class BackslashFound(RuleSetError):
    """The backslash means something else between double quotation marks. Use single ones: '…'."""


class NotReadable(RuleSetError):
    """This line cannot be read. Write it as “key: value”, and put a text that holds any of : # " ' [ ]
    {{ }} in quotation marks."""


class KeyDoubled(RuleSetError):
    """“{key}” stands in line {first} already. Keep one of the two, or give this one another
    name."""

    key: str
    first: int


class KeyNotText(RuleSetError):
    """A single word must stand before the colon."""
