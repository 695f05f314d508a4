"""Proof: seals over the journal, and receipts for its lines."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest

import gridpoints
from gridpoints.errors import (
    CheckpointsContradict,
    CheckpointUnusable,
    ConcurrentChange,
    ForeignCheckpoint,
    LineForged,
    NotSealedYet,
    NotSigned,
    NotWholeNumber,
    RecordUnknown,
)
from gridpoints.ledger import receipt as receipts
from gridpoints.ledger.checkpoint import Checkpoint, PrivateKey, PublicKey
from gridpoints.ledger.merkle import EMPTY, leaf_hash, verify_consistency, verify_inclusion
from gridpoints.ledger.model import Difference, Hold
from gridpoints.ledger.receipt import Receipt
from gridpoints.ledger.seals import Seal
from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import (
    DAY,
    LI,
    SHOP,
    ZHAO,
    Clerk,
    StoreContract,
    award,
    codes,
    found,
    issue,
    move,
    race,
)
from gridpoints.testing.contract.edges import LATER, TEXT
from gridpoints.testing.sources import START


def everything(clerk: Clerk) -> list[str]:
    """Do something of each sort; answers the ids of the lines that it makes."""
    clerk.post(award("award", 50, 30), issue("award-2", ZHAO, 9, reason=TEXT, metadata={"说明": TEXT}))
    clerk.post(move("refused", ZHAO, SHOP, 10), move("deal", LI, SHOP, 20))
    clerk.place(Hold("h", LI, 10, START, LATER, 10))
    clerk.post(move("capture", LI, SHOP, 4, hold="h"))
    clerk.release("h")
    clerk.ledger.reverse("deal", 5, id="back")
    clerk.ledger.reverse("award-2", 9, id="whole")
    clerk.ledger.reverse("award", 50, id="mistake", queue=True)
    clerk.ledger.set_floor(LI, -5, reason="winter", id="f")
    clerk.ledger.close_period(START)
    made = ["award", "award-2", "refused", "deal", "hold h", "capture", "release h", "back", "whole"]
    return [*made, "debt mistake", "floor f", "close 2026-03-02T01:00:00.000000Z"]


def sealing(clerk: Clerk, sizes: list[int], key: PrivateKey | None = None) -> Iterator[Seal]:
    """Post until the journal has each of these sizes, and seal it."""
    lines = 0
    for size in sizes:
        clerk.post(*(issue(f"t{n}", LI, 1 + n % 3) for n in range(lines, size)))
        seal = clerk.ledger.seal(key)
        assert seal is not None
        lines = size
        yield seal


class ProofContract(StoreContract):
    """Whoever keeps a checkpoint can tell whether anything before it was changed."""

    # --- seals --------------------------------------------------------------------------------

    def test_there_is_nothing_to_seal_in_an_empty_journal(self, clerk: Clerk) -> None:
        assert clerk.ledger.seal() is None
        assert clerk.ledger.seals() == []

    def test_a_seal_covers_every_line(self, clerk: Clerk) -> None:
        made = everything(clerk)
        seal = clerk.ledger.seal()
        assert seal is not None
        assert (seal.size, seal.sealed_at, seal.signed) == (len(made), START, False)
        assert clerk.ledger.seals() == [seal]
        assert clerk.ledger.verify().sealed == len(made)
        clerk.must_verify()

    def test_what_is_sealed_is_not_sealed_again(self, clerk: Clerk) -> None:
        everything(clerk)
        seal = clerk.ledger.seal()
        clerk.clock.advance(DAY)
        assert clerk.ledger.seal() == seal
        assert clerk.ledger.seals() == [seal]

    def test_each_seal_names_the_one_before_it(self, clerk: Clerk) -> None:
        seals = list(sealing(clerk, [1, 2, 3, 10]))
        assert [seal.size for seal in seals] == [1, 2, 3, 10]
        notes = [seal.checkpoint for seal in seals]
        assert [note.previous for note in notes] == [None, *(note.hash for note in notes[:-1])]
        assert clerk.ledger.seals() == seals
        assert clerk.ledger.seals(after=2, limit=1) == seals[2:3]
        clerk.must_verify()

    def test_a_seal_is_signed(self, clerk: Clerk, key: PrivateKey) -> None:
        [seal] = sealing(clerk, [5], key)
        assert seal.signed
        checkpoint = type(seal.checkpoint).open(seal.note, key.public)
        assert (checkpoint.size, checkpoint.root) == (5, seal.root)

    def test_a_seal_that_nobody_signed_is_signed_later(self, clerk: Clerk, key: PrivateKey) -> None:
        assert clerk.ledger.seal(key) is None, "there is nothing to be signed yet"
        [unsigned] = sealing(clerk, [5])
        signed = clerk.ledger.seal(key)
        assert signed is not None
        assert clerk.ledger.seals() == [signed]
        assert Checkpoint.open(signed.note, key.public) == unsigned.checkpoint
        assert clerk.ledger.seal(PrivateKey.generate(key.name)) == signed, "it is signed once"
        assert clerk.ledger.verify(key.public).ok

    def test_the_newest_of_several_seals_is_the_one_that_is_signed(
        self, clerk: Clerk, key: PrivateKey
    ) -> None:
        *earlier, unsigned = sealing(clerk, [2, 4, 5])
        signed = clerk.ledger.seal(key)
        assert signed is not None
        assert clerk.ledger.seals() == [*earlier, signed]
        assert Checkpoint.open(signed.note, key.public) == unsigned.checkpoint
        clerk.must_verify()

    def test_a_seal_is_told_of_and_its_signature_as_what_became_of_it(
        self, store: Store, clerk: Clerk, key: PrivateKey
    ) -> None:
        [unsigned] = sealing(clerk, [5])
        clerk.ledger.seal(key)
        with store.begin(clerk.community) as work:
            work.outbox.number()
        with store.begin(clerk.community, write=False) as work:
            told = [change for _, change in work.outbox.read(0, 100) if change.kind == "seal"]
        assert [(change.subject, change.version, change.status, change.before) for change in told] == [
            ("5", 1, "sealed", {}),
            ("5", 2, "signed", {"note": unsigned.note}),
        ]

    def test_posting_goes_on_after_a_seal(self, clerk: Clerk) -> None:
        [seal] = sealing(clerk, [5])
        everything(clerk)
        found = clerk.ledger.verify()
        assert (found.differences, found.sealed) == ((), 5)
        assert (found.transactions, found.entries, found.accounts) == (11, 22, 4)
        assert clerk.ledger.seals() == [seal]
        clerk.must_verify()

    def test_many_who_seal_at_once(self, clerk: Clerk) -> None:
        made = everything(clerk)
        sealed = race(8, lambda n: clerk.ledger.seal())
        assert all(isinstance(each, Seal | ConcurrentChange) for each in sealed)
        assert [seal.size for seal in clerk.ledger.seals()] == [len(made)]
        clerk.must_verify()

    def test_many_who_sign_at_once(self, clerk: Clerk, key: PrivateKey) -> None:
        [unsigned] = sealing(clerk, [5])
        keys = [PrivateKey.generate(key.name) for _ in range(8)]
        signed = race(8, lambda n: clerk.ledger.seal(keys[n]))
        [standing] = clerk.ledger.seals()
        assert standing.signed
        assert standing.checkpoint == unsigned.checkpoint
        assert signed == [standing] * 8

    def test_seals_while_others_post(self, clerk: Clerk) -> None:
        def act(n: int) -> object:
            for turn in range(5):
                if n % 4:
                    assert codes(clerk.post(issue(f"{n}-{turn}", LI, 1))) == ["posted"]
                else:
                    clerk.ledger.seal()
            return None

        race(8, act)
        clerk.ledger.seal()
        assert clerk.ledger.seals()[-1].size == 6 * 5
        clerk.must_verify()

    # --- receipts -----------------------------------------------------------------------------

    def test_every_line_has_a_receipt(self, clerk: Clerk, key: PrivateKey) -> None:
        made = everything(clerk)
        clerk.ledger.seal(key)
        for id in made:
            receipt = Receipt.from_json(clerk.ledger.prove(id).to_json())
            assert (receipt.line.id, receipt.consistency) == (id, None)
            assert receipts.verify(receipt, key.public).size == len(made)
            forged = attrs.evolve(receipt, line=receipt.line._replace(reason="forged"))
            with pytest.raises(LineForged):
                receipts.verify(forged, key.public)

    def test_receipts_at_every_size(self, clerk: Clerk) -> None:
        for seal in sealing(clerk, [*range(1, 18), 33]):
            for n in range(seal.size):
                receipt = clerk.ledger.prove(f"t{n}")
                leaf = leaf_hash(receipt.line.sealed_bytes(clerk.community))
                number = receipt.line.number
                assert verify_inclusion(leaf, number - 1, seal.size, receipt.path, seal.root)

    def test_every_checkpoint_is_the_beginning_of_the_next(self, clerk: Clerk, key: PrivateKey) -> None:
        sealed: list[Seal] = []
        for seal in sealing(clerk, [1, 2, 3, 4, 7, 8, 13, 33], key):
            for earlier in sealed:
                receipt = clerk.ledger.prove("t0", published=earlier.size)
                assert receipt.consistency is not None
                sizes, roots = (earlier.size, seal.size), (earlier.root, seal.root)
                assert verify_consistency(*sizes, receipt.consistency, *roots)
                assert receipts.verify(receipt, key.public, earlier.note).size == seal.size
            sealed.append(seal)
        with pytest.raises(NotWholeNumber):
            clerk.ledger.prove("t0", published=34)

    def test_a_ledger_that_was_rewritten_contradicts_what_was_published(
        self, store: Store, clerk: Clerk, key: PrivateKey
    ) -> None:
        [seal] = sealing(clerk, [5], key)
        other = found(gridpoints.open("memory://").store, clerk.community)
        other.post(*(issue(f"t{n}", LI, 7) for n in range(5)))
        other.ledger.seal(key)
        receipt = other.ledger.prove("t0", published=5)
        receipts.verify(receipt, key.public)
        with pytest.raises(CheckpointsContradict):
            receipts.verify(receipt, key.public, seal.note)

    def test_proofs_over_whole_blocks(self, clerk: Clerk, key: PrivateKey) -> None:
        """Subtrees of 1,024 lines and more are kept, and read again."""
        sizes = [1_000, 1_024, 1_025, 2_048, 3_100]
        seals = []
        for seal in sealing(clerk, sizes, key):
            assert clerk.ledger.verify(key.public).differences == ()
            seals.append(seal)
        for n in (0, 1_023, 1_024, 2_047, 2_048, 3_099):
            for earlier in seals[:-1]:
                receipt = clerk.ledger.prove(f"t{n}", published=earlier.size)
                assert receipts.verify(receipt, key.public, earlier.note).size == 3_100
        clerk.must_verify()

    def test_what_is_not_sealed_has_no_receipt_yet(self, clerk: Clerk) -> None:
        clerk.post(issue("1", LI, 1))
        with pytest.raises(NotSealedYet):
            clerk.ledger.prove("1")
        clerk.ledger.seal()
        clerk.post(issue("2", LI, 1))
        clerk.ledger.prove("1")
        with pytest.raises(NotSealedYet):
            clerk.ledger.prove("2")
        with pytest.raises(RecordUnknown):
            clerk.ledger.prove("3")

    def test_lines_that_were_published_are_missing(self, clerk: Clerk, key: PrivateKey) -> None:
        note = Checkpoint(f"gridpoints/{clerk.community}", 3, bytes(32), START).sign(key)
        for lines in (0, 1):
            missing = Difference("checkpoint", "1–3", "3", str(lines))
            assert clerk.ledger.verify(key.public, note).differences == (missing,)
            clerk.post(issue(str(lines), LI, 1))
            clerk.ledger.seal(key)

    def test_what_was_published_over_no_line(self, clerk: Clerk) -> None:
        origin = f"gridpoints/{clerk.community}"
        empty, forged = (Checkpoint(origin, 0, root, START).text for root in (EMPTY, bytes(32)))
        for _ in range(2):
            assert clerk.ledger.verify(checkpoint=empty).differences == ()
            assert [d.what for d in clerk.ledger.verify(checkpoint=forged).differences] == ["checkpoint"]
            clerk.post(issue("1", LI, 1))

    def test_a_note_that_shows_nothing_about_this_ledger(self, clerk: Clerk, key: PrivateKey) -> None:
        [seal] = sealing(clerk, [2], key)
        foreign = Checkpoint("gridpoints/heiyang", 2, seal.root, START).sign(key)
        with pytest.raises(ForeignCheckpoint):
            clerk.ledger.verify(key.public, foreign)
        with pytest.raises(ForeignCheckpoint):
            clerk.ledger.verify(checkpoint=foreign)
        with pytest.raises(NotSigned):
            clerk.ledger.verify(key.public, seal.checkpoint.text)
        with pytest.raises(CheckpointUnusable):
            clerk.ledger.verify(checkpoint="three lines")

    def test_a_key_that_was_published_opens_what_was_signed(self, clerk: Clerk, key: PrivateKey) -> None:
        everything(clerk)
        clerk.ledger.seal(key)
        public = PublicKey.parse(str(key.public))
        assert clerk.ledger.verify(public).differences == ()
        stranger = PrivateKey.generate(key.public.name).public
        assert [found.what for found in clerk.ledger.verify(stranger).differences] == ["note"]
