"""Seals (封账): from time to time, one hash over every line of the journal so far, for all to see."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gridpoints.ledger.checkpoint import Checkpoint


@frozen
class Seal:
    """A checkpoint (检查点) as it is kept.

    `root` is the root of the Merkle tree over the first `size` lines. `note` is what is published of it:
    the checkpoint's text, signed where a key was given. It names the one before it.
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
