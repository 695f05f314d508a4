"""The ledger's proof: seals over the journal, receipts, and verification. A part of `Ledger`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from attrs import evolve, frozen

from gridpoints.errors import NotSealedYet, RecordUnknown
from gridpoints.ledger.accounts import Account
from gridpoints.ledger.checkpoint import (
    MOST_LINES,
    Checkpoint,
    PrivateKey,
    PublicKey,
    origin_of,
    published_by,
)
from gridpoints.ledger.journal import Line, sealed_bytes
from gridpoints.ledger.merkle import Growth, Tree, leaf_hash
from gridpoints.ledger.model import Verification
from gridpoints.ledger.receipt import Receipt
from gridpoints.ledger.reports import FOLDED_AT_ONCE, Reports
from gridpoints.ledger.request import check_subject
from gridpoints.ledger.seals import Seal
from gridpoints.ledger.verification import verify
from gridpoints.storage.ledger_port import LedgerStore
from gridpoints.storage.port import Work
from gridpoints.values import check_whole

#: Lines whose bytes are in memory at once.
HASHED_AT_ONCE = 1_000


@frozen
class Proving(Reports):
    """What makes a ledger provable to those who do not trust it."""

    def seal(self, key: PrivateKey | None = None) -> Seal | None:
        """Seal every line of the journal up to now; answers the newest seal, None for an empty journal.

        With `key` the checkpoint is signed: publish its `note` where the community cannot take it back.
        Sealing reads what is new without a lock, and writes a few rows; posting goes on. Where there is
        nothing new, the newest seal is signed if nobody did. Raises `ConcurrentChange` where another one
        sealed at the same time.
        """
        now = self.context.now()
        self._number()
        with self.context.read() as work:
            last = work.ledger.last_seal()
            growth = Growth(last.size if last else 0, work.ledger.node)
            community = self.context.community
            nodes = list(growth.add(_leaves(work.ledger.lines(growth.size), community)))
        if growth.size == (last.size if last else 0):
            return self._signed(last, key)
        checkpoint = Checkpoint(
            origin_of(community), growth.size, growth.root(), now, last.checkpoint.hash if last else None
        )
        note = checkpoint.sign(key) if key else checkpoint.text
        seal = Seal(checkpoint.size, checkpoint.root, checkpoint.sealed_at, note)
        with self.context.begin() as work:
            _be_alone(work)
            work.ledger.add_seal(seal, nodes)
            self.context.tell(work, None, seal)
        return seal

    def _signed(self, seal: Seal | None, key: PrivateKey | None) -> Seal | None:
        """A seal that stands; where nobody signed it yet, with the signature of `key`."""
        if seal is None or key is None or seal.signed:
            return seal
        with self.context.begin() as work:
            _be_alone(work)
            [standing] = work.ledger.seals(seal.size - 1, 1)
            if standing.signed:  # by somebody else, meanwhile
                return standing
            signed = evolve(standing, note=standing.checkpoint.sign(key))
            work.ledger.sign_seal(signed)
            self.context.tell(work, standing, signed)
        return signed

    def _number(self) -> None:
        """Number what has no number yet, where the store numbers later."""
        with self.context.read() as work:
            waits = work.ledger.waiting() > 0
        while waits:
            with self.context.begin() as work:
                waits = work.ledger.number(most=FOLDED_AT_ONCE) == FOLDED_AT_ONCE

    def seals(self, *, after: int = 0, limit: int = 100) -> list[Seal]:
        """The seals over more than `after` lines, smallest first."""
        check_whole("number", after, least=0, most=MOST_LINES)
        check_whole("limit", limit, most=10_000)
        with self.context.read() as work:
            return work.ledger.seals(after, limit)

    def prove(self, transaction_id: str, *, published: int | None = None) -> Receipt:
        """The receipt of a transaction, or of another line of the journal: what a resident takes home.

        It proves itself against the newest checkpoint; with `published`, the size of one that was
        published, also that both are of one journal. Raises `RecordUnknown` or `NotSealedYet`.
        """
        with self.context.read() as work:
            line = work.ledger.line(check_subject(transaction_id))
            if line is None:
                raise RecordUnknown(kind="transaction", id=transaction_id)
            self.guard.reading((Account.parse(key) for key, _, _ in line.each_leg()), entries=True)
            seal = work.ledger.last_seal()
            if seal is None or not 0 < line.number <= seal.size:
                raise NotSealedYet(transaction=transaction_id)
            consistency = None
            if published is not None:
                check_whole("published", published, most=seal.size)
                consistency = self._tree(work.ledger, seal.size).consistency(published)
            path = self._tree(work.ledger, seal.size).inclusion(line.number - 1)
        return Receipt(self.context.community, line, path, seal.note, consistency)

    def _tree(self, store: LedgerStore, size: int) -> Tree:
        community = self.context.community

        def leaves(first: int, count: int) -> list[bytes]:
            return list(_leaves(store.lines(first, count), community))

        return Tree(size, store.node, leaves)

    def verify(self, key: PublicKey | None = None, checkpoint: str | None = None) -> Verification:
        """Make everything again from the journal and compare: accounts, lots, holds, entries, seals.

        Reads the whole ledger, and changes nothing. With `key`, every seal must be signed by it.
        `checkpoint` is a note that was published, from wherever it was: the journal must begin with the very
        lines that it stands for, whatever was sealed since; with `key`, that must have signed it. Only
        what is wrong with the ledger is a difference: a note that cannot be read, is of another
        community or is not signed by `key` raises `NoteUnusable`, `CheckpointUnusable` or `NotProven`.
        """
        published = None if checkpoint is None else published_by(self.context.community, checkpoint, key)
        with self.context.read() as work:
            return verify(work.ledger, self.context.community, key, published)


def _be_alone(work: Work) -> None:
    """Let nobody else seal until this unit of work ends: whoever numbers is alone, and so is a writer."""
    work.ledger.number(most=0)


def _leaves(lines: Iterator[Line], community: str) -> Iterator[bytes]:
    while some := list(islice(lines, HASHED_AT_ONCE)):
        yield from map(leaf_hash, sealed_bytes(some, community))
