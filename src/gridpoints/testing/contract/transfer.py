"""A ledger that is taken elsewhere: the same to the last byte, and it goes on there."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

import gridpoints
from gridpoints.errors import LedgerFileUnusable, LedgerNotEmpty
from gridpoints.ledger import receipt as receipts
from gridpoints.ledger.checkpoint import PrivateKey
from gridpoints.ledger.model import Posted
from gridpoints.testing.contract.base import (
    HOUR,
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
)
from gridpoints.testing.contract.proof import everything, sealing
from gridpoints.testing.sources import START


class TransferContract(StoreContract):
    """Whoever takes a ledger to another store has all of it there, or nothing."""

    @pytest.fixture
    def elsewhere(self) -> Iterator[Clerk]:
        """A clerk of the same community in another store."""
        with gridpoints.open("memory://") as exchange:
            yield found(exchange.store, "baiyang")

    def _exported(self, clerk: Clerk, format: str) -> str:
        file = io.StringIO(newline="")
        clerk.ledger.export(file, format)
        return file.getvalue()

    @pytest.mark.parametrize("format", ["json", "csv"])
    def test_a_ledger_that_is_taken_here_is_the_same_to_the_last_byte(
        self, clerk: Clerk, elsewhere: Clerk, key: PrivateKey, format: str
    ) -> None:
        made = everything(elsewhere)
        elsewhere.ledger.seal(key)
        elsewhere.post(*(issue(f"more-{n}", LI, 7) for n in range(1_200)))
        elsewhere.ledger.seal(key)
        elsewhere.post(issue("most", LI, 7))
        file = self._exported(elsewhere, format)
        assert clerk.ledger.restore(io.StringIO(file, newline=""), format) == len(made) + 1_201
        receipt = clerk.ledger.prove("more-700", published=len(made))
        receipts.verify(receipt, key.public, elsewhere.ledger.seals()[0].note)
        assert self._exported(clerk, format) == file
        for account in (LI, ZHAO, SHOP):
            assert clerk.entries(account) == elsewhere.entries(account)
            assert clerk.balance(account) == elsewhere.balance(account)
            assert clerk.ledger.lots(account) == elsewhere.ledger.lots(account)
        assert clerk.ledger.seals() == elsewhere.ledger.seals()
        assert clerk.ledger.debts() == elsewhere.ledger.debts()
        clerk.must_verify()

    def test_a_ledger_begins_with_what_was_published(
        self, clerk: Clerk, elsewhere: Clerk, key: PrivateKey
    ) -> None:
        notes = [seal.note for seal in sealing(clerk, [1, 2, 1_030], key)]
        everything(clerk)
        for note in notes:
            assert clerk.ledger.verify(key.public, note).differences == ()
            assert clerk.ledger.verify(checkpoint=note.partition("\n\n")[0] + "\n").differences == ()
        lines = self._exported(clerk, "json").splitlines(keepends=True)
        unsealed = "".join(line for line in lines if '"seal"' not in line[:20])
        elsewhere.ledger.restore(io.StringIO(unsealed))
        assert elsewhere.ledger.seals() == []
        assert elsewhere.ledger.verify(key.public, notes[-1]).differences == ()

    @pytest.mark.parametrize("sealed", ["not at all", "unsigned", "by the community itself"])
    def test_a_ledger_that_was_written_anew_does_not_begin_with_what_was_published(
        self, clerk: Clerk, elsewhere: Clerk, key: PrivateKey, sealed: str
    ) -> None:
        elsewhere.post(issue("1", LI, 20), issue("2", ZHAO, 9))
        published = elsewhere.ledger.seal(key)
        assert published is not None
        lines = self._exported(elsewhere, "json").splitlines(keepends=True)
        unsealed = "".join(line for line in lines if '"seal"' not in line[:20])
        forged = unsealed.replace('\\",20]', '\\",200]').replace('\\",-20]', '\\",-200]')
        clerk.ledger.restore(io.StringIO(forged))
        assert clerk.balance(LI).posted == 200
        if sealed != "not at all":
            clerk.ledger.seal(key if sealed.startswith("by") else None)
        clerk.must_verify()
        found = clerk.ledger.verify(key.public, published.note).differences
        assert [d.what for d in found] == (["note"] if sealed == "unsigned" else []) + ["checkpoint"]
        assert (found[-1].where, found[-1].stored) == ("1–2", published.root.hex()[:16])

    @pytest.mark.parametrize("here", [True, False])
    def test_a_ledger_that_was_taken_elsewhere_goes_on_there(
        self, clerk: Clerk, elsewhere: Clerk, key: PrivateKey, here: bool
    ) -> None:
        source, target = (elsewhere, clerk) if here else (clerk, elsewhere)
        everything(source)
        [published] = [source.ledger.seal(key)]
        assert published is not None
        target.ledger.restore(io.StringIO(self._exported(source, "json")))
        target.clock.advance(HOUR)
        assert target.post(award("award", 50, 30)) == [Posted("award", START)]
        assert codes(target.post(move("refused", ZHAO, SHOP, 10))) == ["insufficient_points"]
        assert codes(target.post(issue("early", LI, 1, effective_at=START - HOUR))) == ["period_closed"]
        for clerk_ in (source, target):
            clerk_.post(issue("more", LI, 50), at=START + HOUR)
            clerk_.clock.set(START + 2 * HOUR)
            clerk_.ledger.collect()
        assert source.entries(LI) == target.entries(LI)
        assert source.ledger.lots(LI) == target.ledger.lots(LI)
        seal = target.ledger.seal(key)
        assert seal is not None
        assert seal.checkpoint.previous == published.checkpoint.hash
        receipt = target.ledger.prove("deal", published=published.size)
        assert receipts.verify(receipt, key.public, published.note).size == seal.size
        target.must_verify()

    def test_nothing_is_taken_into_a_ledger_that_is_not_empty(self, clerk: Clerk, elsewhere: Clerk) -> None:
        everything(elsewhere)
        clerk.post(issue("1", LI, 1))
        with pytest.raises(LedgerNotEmpty) as refused:
            clerk.ledger.restore(io.StringIO(self._exported(elsewhere, "json")))
        assert refused.value.fields == {"community": clerk.community}
        assert clerk.balance(LI).posted == 1
        clerk.must_verify()

    def test_an_id_stands_once_in_a_file(self, clerk: Clerk, elsewhere: Clerk) -> None:
        elsewhere.post(issue("1", LI, 1), issue("2", LI, 1))
        file = self._exported(elsewhere, "json").replace('"id":"2"', '"id":"1"')
        with pytest.raises(LedgerFileUnusable):
            clerk.ledger.restore(io.StringIO(file))
        assert clerk.entries(LI) == []

    @pytest.mark.parametrize(
        ("part", "forged"),
        [
            ('"community":"baiyang"', '"community":"heiyang"'),
            ('[\\"points/issuance\\",-50]', '[\\"points/issuance\\",-51]'),
            ('"reason":""', '"reason":"forged"'),
            ('"number":2', '"number":3'),
            ('"line"', '"lime"'),
            ('"id":"deal"', '"id":"award"'),
            ('\\"expires_at\\"', '\\"expired_at\\"'),
        ],
    )
    def test_a_file_that_does_not_agree_with_itself_leaves_nothing(
        self, clerk: Clerk, elsewhere: Clerk, part: str, forged: str
    ) -> None:
        everything(elsewhere)
        elsewhere.ledger.seal()
        file = self._exported(elsewhere, "json")
        assert part in file
        with pytest.raises(LedgerFileUnusable):
            clerk.ledger.restore(io.StringIO(file.replace(part, forged, 1)))
        assert clerk.ledger.trial_balance() == []
        assert clerk.ledger.seals() == []
        assert clerk.ledger.restore(io.StringIO(file)) == 12
        clerk.must_verify()
