"""Small text files: keys, checkpoints, receipts; and those that a whole ledger is written to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from gridpoints.errors import FileExists, FileIsFolder, FileMissing, FileNotOpened, FileUnreadable


def read_text(path: Path) -> str:
    """The text of a file in UTF-8; what is none is found out by whoever makes sense of it.

    Raises `FileMissing`, or `FileUnreadable`.
    """
    try:
        return path.read_bytes().decode("utf-8-sig", errors="replace")
    except (OSError, ValueError) as error:
        raise refused(path, error) from None


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A text file that takes the place of `path` when it is complete; until then, that stays.

    Raises `FileUnreadable`.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        file = part.open("w", encoding="utf-8", newline="")
    except (OSError, ValueError) as error:
        raise refused(path, error) from None
    try:
        with file:
            yield file
        _put(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text, byte by byte as it is."""
    with written(path) as file:
        file.write(text)


def write_new(path: Path, content: str | bytes) -> None:
    """Write a text, or what is none, into a new file; raises `FileExists`, or `FileUnreadable`."""
    try:
        with path.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
    except (OSError, ValueError) as error:
        raise refused(path, error) from None


def write_secret(path: Path, text: str) -> None:
    """Write a text that nobody else may read into a new file; raises `FileExists`."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except (OSError, ValueError) as error:
        raise refused(path, error) from None
    with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123  # a Path knows no modes
        file.write(text)


def refused(path: Path, error: OSError | ValueError) -> FileMissing | FileExists | FileUnreadable:
    """The error of ours for one of the system."""
    name = path.name
    match error:
        case FileNotFoundError():
            return FileMissing(file=name)
        case FileExistsError():
            return FileExists(file=name)
        case IsADirectoryError():
            return FileIsFolder(file=name)
        case OSError():
            return FileNotOpened(file=name, reason=error.strerror or str(error))
    return FileMissing(file=name)  # a name with a NUL in it


def _put(part: Path, path: Path) -> None:
    try:
        part.replace(path)
    except OSError as error:
        raise refused(path, error) from None
