"""The package that an XLSX file is: a zip archive of XML parts, opened with care.

A part that unpacks to far more than a table needs (a zip bomb), and one that declares a document
type (an entity bomb), is refused.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from attrs import frozen

from gridpoints.errors import FileDamaged, FileLocked, FileTooLarge

#: How many bytes a sheet may unpack to, and any other part, which is kept in memory.
LARGEST_SHEET, LARGEST_PART = 2 << 30, 256 << 20
#: A table is packed about ten times smaller; a bomb, a thousand times. Small parts may be steeper.
STEEPEST_PACKING, ALWAYS_UNPACKED = 300, 16 << 20
#: How many bytes are read at once.
CHUNK = 1 << 18

StartHandler = Callable[[str, Mapping[str, str]], None]
EndHandler = Callable[[str], None]


@frozen
class Package:
    """The parts of a file, by their names. Inside, they are named from the root: ``xl/styles.xml``."""

    file: str
    archive: ZipFile

    @contextmanager
    def open(self, part: str, largest: int = LARGEST_PART) -> Iterator[IO[bytes]]:
        """A part to read, which gives no more bytes than it declares; raises `FileTooLarge`."""
        info = self.archive.getinfo(part)
        steep = info.file_size > max(ALWAYS_UNPACKED, STEEPEST_PACKING * info.compress_size)
        if steep or info.file_size > largest:
            raise FileTooLarge(file=self.file)
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise BadZipFile
        with self.archive.open(info) as stream:
            yield stream

    def related(self, part: str) -> list[tuple[str, str, str]]:
        """What `part` refers to: an id, the last word of its type, and the part meant."""
        folder, name = posixpath.split(part)
        found = []

        def start(tag: str, attributes: Mapping[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
                kind = attributes["Type"].rpartition("/")[2]
                found.append((attributes["Id"], kind, target.lstrip("/")))

        self.scan(posixpath.join(folder, "_rels", f"{name}.rels"), start)
        return found

    def scan(
        self,
        part: str,
        start: StartHandler,
        end: EndHandler | None = None,
        text: EndHandler | None = None,
    ) -> None:
        """Run through a part and call the handlers for its elements and its text."""
        parser = new_parser(start, end)
        parser.CharacterDataHandler = text
        with self.open(part) as stream:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk)
        parser.Parse(b"", True)


def new_parser(start: StartHandler, end: EndHandler | None) -> expat.XMLParserType:
    """A parser that calls the handlers with the names of elements, without their prefixes."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    return parser


def _refuse_document_type(*_: object) -> None:
    raise ValueError("a document type")


@contextmanager
def damage_of(file: str) -> Iterator[None]:
    """Say of whatever fails in here because a file is broken that the file is broken."""
    try:
        yield
    except (
        BadZipFile,
        EOFError,
        LookupError,
        NotImplementedError,
        OSError,
        StopIteration,
        ValueError,
        expat.ExpatError,
        zlib.error,
    ):
        raise FileDamaged(file=file) from None
    except RuntimeError:  # how zipfile says that a part is encrypted
        raise FileLocked(file=file) from None
