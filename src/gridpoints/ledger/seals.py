"""Seals (封账): from time to time, one hash over every line of the journal so far, for all to see."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from gridpoints.ledger.checkpoint import Checkpoint


class SealStatus(StrEnum):
    """Whether anybody answers for a seal with their key."""

    SEALED = "sealed"
    SIGNED = "signed"


@frozen
class Seal:
    """A checkpoint (检查点) as it is kept.

    `root` is the root of the Merkle tree over the first `size` lines. `note` is what is published of it:
    the checkpoint's text, signed where a key was given. It names the one before it. The journal of changes
    tells of it like of a record: its id is its size, and it has version 2 once it is signed.
    """

    size: int
    root: bytes
    sealed_at: datetime
    note: str

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says, signed or not; raises `CheckpointUnusable`."""
        return Checkpoint.read(self.note)

    def follows(self, last: Seal | None) -> bool:
        """Whether its note names `last` as the one before it; None: it is the first."""
        previous = self.checkpoint.previous
        if last is None:
            return previous is None
        return self.size > last.size and previous == last.checkpoint.hash

    @property
    def signed(self) -> bool:
        """Whether the note carries a signature."""
        return "\n\n" in self.note

    @property
    def id(self) -> str:
        """How many lines it is over: no two seals of a community are over as many."""
        return str(self.size)

    @property
    def status(self) -> SealStatus:
        """Signed or not."""
        return SealStatus.SIGNED if self.signed else SealStatus.SEALED

    @property
    def version(self) -> int:
        """1 without a signature, 2 with one: nothing else of it ever changes."""
        return 2 if self.signed else 1
