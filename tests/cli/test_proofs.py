"""Keys, seals and receipts: what a resident can verify without asking anybody."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run, keys

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")


@pytest.fixture
def sealed(founded: Run) -> Run:
    """A checkpoint over three lines was published, and there is a receipt from one over four."""
    assert founded("key", "new", "baiyang").code == 0
    founded("credit", "deeds.csv")
    assert founded("seal", "--key", "baiyang.pem", "--out", "march.txt").code == 0
    founded("redeem", "B1", "broom", "--id", "r-1")
    assert founded("seal", "--key", "baiyang.pem", "--out", "april.txt").code == 0
    issued = founded("receipt", "redemption:r-1", "--published", "3", "--out", "receipt.json")
    assert (issued.code, issued.err) == (0, "")
    return founded


def test_a_key_is_private_and_never_overwritten(founded: Run, tmp_path: Path) -> None:
    made = founded("key", "new", "baiyang", "--out", "keys.pem", "--json")
    assert made.code == 0
    assert (tmp_path / "keys.pem").stat().st_mode & 0o777 == 0o600
    public = (tmp_path / "keys.pub").read_text("utf-8")
    assert re.fullmatch(r"gridpoints/baiyang\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}\n", public)
    assert (made.document["key"], made.document["name"]) == (public.strip(), "gridpoints/baiyang")
    keys(made.document, "key new")
    private = (tmp_path / "keys.pem").read_bytes()
    again = founded("key", "new", "baiyang", "--out", "keys.pem")
    assert (again.code, again.err) == (
        5,
        "There is a file keys.pem already, and it was left as it is. Name another one.\n",
    )
    assert (tmp_path / "keys.pem").read_bytes() == private
    assert "baiyang.pub" in founded("key", "new", "baiyang").out


def test_sealing(founded: Run, tmp_path: Path) -> None:
    assert founded("seal").out == "The journal is empty: there is nothing to seal.\n"
    assert founded("seal", "--json").document["lines"] == 0
    founded("key", "new", "baiyang")
    founded("credit", "deeds.csv")
    first = founded("seal", "--key", "baiyang.pem", "--out", "march.txt")
    assert first.code == 0
    assert "Sealed: the lines 1 to 3" in first.out
    note = (tmp_path / "march.txt").read_text("utf-8")
    assert note.startswith("gridpoints/baiyang\n3\n")
    assert "\n\n— gridpoints/baiyang " in note
    again = founded("seal", "--key", "baiyang.pem", "--json").document
    assert (again["lines"], again["new"], again["checkpoint"]) == (3, 0, note)
    assert again["signed_by"] == ["gridpoints/baiyang"]
    keys(again, "seal")
    verified = founded("verify")
    assert verified.out == "verified: 3 transactions, 0 differences\nsealed: 3 lines of the journal\n"


def test_a_receipt_is_verified_where_there_is_no_store(sealed: Run, tmp_path: Path) -> None:
    (tmp_path / "gridpoints.db").unlink()
    ran = sealed("verify-receipt", "receipt.json", "--key", "baiyang.pub", "--checkpoint", "march.txt")
    assert (ran.code, ran.err) == (0, "")
    facts = dict(re.findall(r"^(\w[\w ]+?)  +(\S.*?) *$", ran.out, re.MULTILINE))
    assert ran.out.startswith("The receipt holds")
    assert facts["Transaction"] == "redemption:r-1"
    assert facts["Act"] == "redemption"
    assert facts["Line of the journal"] == "5 of 5"
    assert facts["Same journal as the published checkpoint"] == "the one over 3 lines"
    assert facts["Signed by"].startswith("gridpoints/baiyang+")
    assert facts["the merchant account of shop"].split()[:1] == ["+18"]
    assert not (tmp_path / "gridpoints.db").exists()


@pytest.mark.parametrize("options", [(), ("--checkpoint", "march.txt"), ("--checkpoint", "april.txt")])
def test_a_receipt_for_programs(sealed: Run, tmp_path: Path, options: tuple[str, ...]) -> None:
    key = (tmp_path / "baiyang.pub").read_text("utf-8").strip()
    ran = sealed("verify-receipt", "receipt.json", "--key", key, "--json", *options)
    assert (ran.code, ran.err) == (0, "")
    document = ran.document
    assert [leg["amount"] for leg in document["legs"]] == ["-18", "18"]
    assert (document["moved"], document["line"], document["details"]["offer"]) == (True, 5, "broom")
    keys(document, "verify-receipt")


def test_the_receipt_is_the_document(sealed: Run, tmp_path: Path) -> None:
    ran = sealed("receipt", "redemption:r-1", "--published", "3", "--json")
    assert ran.out == (tmp_path / "receipt.json").read_text("utf-8")
    keys(ran.document, "receipt")
    for_people = sealed("receipt", "redemption:r-1").out
    assert "the member account of 李秀英" in for_people
    assert re.search(r"李秀英 +-18  points", for_people)


def test_amounts_without_a_scale_are_told_to_be_whole(sealed: Run) -> None:
    verify = ("verify-receipt", "receipt.json", "--key", "baiyang.pub")
    assert "Amount, in the smallest part" in sealed(*verify).out
    with_scale = sealed(*verify, "--scale", "1").out
    assert "smallest part" not in with_scale
    assert "+1.8" in with_scale
    assert sealed(*verify, "--scale", "1", "--json").document["legs"][1]["amount"] == "1.8"


def test_days_are_those_of_the_community(sealed: Run) -> None:
    verify = ("verify-receipt", "receipt.json", "--key", "baiyang.pub")
    done = re.compile(r"^Done +(.+?) *$", re.MULTILINE)
    [here], [there] = (
        done.findall(sealed(*verify, *options).out) for options in ((), ("--timezone", "America/Lima"))
    )
    assert here != there


def test_a_public_key_as_pem(sealed: Run, tmp_path: Path) -> None:
    from gridpoints.ledger.checkpoint import PublicKey

    key = PublicKey.parse((tmp_path / "baiyang.pub").read_text("utf-8"))
    (tmp_path / "public.pem").write_text(key.to_pem(), "utf-8")
    assert sealed("verify-receipt", "receipt.json", "--key", "public.pem").code == 0


def test_a_refusal_has_a_receipt_as_well(founded: Run, tmp_path: Path) -> None:
    import gridpoints
    from gridpoints import Account, Leg, Transaction

    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        village = exchange.community("baiyang")
        li, zhang = (Account.member(village.community.identify(n).id, "points") for n in ("B1", "B2"))
        village.ledger.post([Transaction("gift-1", (Leg(li, -5), Leg(zhang, 5)))])
    founded("key", "new", "baiyang")
    founded("seal", "--key", "baiyang.pem")
    shown = founded("receipt", "gift-1", "--out", "receipt.json").out
    assert "Refused" in shown
    assert "The member account of 李秀英 has 0 points available; 5 are needed." in shown
    verified = founded("verify-receipt", "receipt.json", "--key", "baiyang.pub")
    assert "What was asked for, and did not move" in verified.out
    ran = founded("verify-receipt", "receipt.json", "--key", "baiyang.pub", "--json")
    assert (ran.document["moved"], ran.document["refusal"]) == (False, "insufficient_points")


def test_any_line_has_a_receipt(founded: Run, tmp_path: Path) -> None:
    """A floor, a hold, a period."""
    import gridpoints
    from gridpoints import Account

    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        village = exchange.community("baiyang")
        li = Account.member(village.community.identify("B1").id, "points")
        village.ledger.set_floor(li, None, reason="a trial", id="f-1")
        village.ledger.set_floor(li, -5, reason="on credit", id="f-2")
    founded("close-period", "2024-03-31")
    founded("key", "new", "baiyang")
    founded("seal", "--key", "baiyang.pem")
    for line in ("floor f-1", "floor f-2", "close 2024-03-31T16:00:00.000000Z"):
        issued = founded("receipt", line, "--out", "receipt.json")
        assert (issued.code, issued.err) == (0, "")
        ran = founded("verify-receipt", "receipt.json", "--key", "baiyang.pub")
        assert (ran.code, line in ran.out) == (0, True)


def forged(folder: Path, **fields: object) -> None:
    """Change fields of the line in the receipt."""
    receipt = json.loads((folder / "receipt.json").read_text("utf-8"))
    receipt["line"] |= fields
    (folder / "receipt.json").write_text(json.dumps(receipt), "utf-8")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh_Hans", "这不是封存的日记账第 5 行"),
        ("zh_Hant", "這不是封存的日記帳第 5 行"),
        ("en", "This is not line 5 of the journal that was sealed"),
    ],
)
def test_a_forged_receipt_in_every_language(
    sealed: Run, process: Run, tmp_path: Path, language: str, said: str
) -> None:
    forged(tmp_path, reason="shovel")
    ran = process("verify-receipt", "receipt.json", "--key", "baiyang.pub", "--lang", language)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(said)


@pytest.mark.parametrize(
    ("language", "said"), [("zh_Hans", "回执属实"), ("zh_Hant", "回執屬實"), ("en", "The receipt holds")]
)
def test_a_sound_receipt_in_every_language(sealed: Run, process: Run, language: str, said: str) -> None:
    ran = process("verify-receipt", "receipt.json", "--key", "baiyang.pub", "--lang", language)
    assert (ran.code, said in ran.out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("seal", "--key", "nowhere.pem"), 4, "file_missing"),
        (("seal", "--key", "baiyang.pub"), 3, "private_key_unusable"),
        (("seal", "--out", "nowhere/march.txt"), 4, "file_missing"),
        (("key", "new", "a b"), 3, "bad_identifier"),
        (("receipt", "nothing"), 4, "record_unknown"),
        (("receipt", "redemption:r-2"), 5, "not_sealed_yet"),
        (("receipt", "redemption:r-1", "--published", "99"), 3, "not_whole_number"),
        (("verify-receipt", "nowhere.json", "--key", "baiyang.pub"), 4, "file_missing"),
        (("verify-receipt", "receipt.json", "--key", "nowhere.pub"), 4, "file_missing"),
        (("verify-receipt", "receipt.json", "--key", "march.txt"), 3, "public_key_unusable"),
        (("verify-receipt", "receipt.json", "--key", "other.pub"), 1, "not_signed"),
        (("verify-receipt", "baiyang.pub", "--key", "baiyang.pub"), 3, "receipt_unusable"),
        (("verify-receipt", "receipt.json", "--key", "baiyang.pub", "--scale", "-1"), 3, "not_whole_number"),
        (
            ("verify-receipt", "receipt.json", "--key", "baiyang.pub", "--timezone", "Mars"),
            3,
            "unknown_timezone",
        ),
        (("verify", "--key", "march.txt"), 3, "public_key_unusable"),
        (("verify", "--checkpoint", "receipt.json"), 3, "checkpoint_unusable"),
        (("verify", "--key", "baiyang.pub", "--checkpoint", "other.txt"), 1, "not_signed"),
        (
            ("verify-receipt", "receipt.json", "--key", "baiyang.pub", "--checkpoint", "other.txt"),
            1,
            "not_signed",
        ),
        (
            ("verify-receipt", "unlinked.json", "--key", "baiyang.pub", "--checkpoint", "march.txt"),
            1,
            "checkpoints_unlinked",
        ),
    ],
)
def test_errors(sealed: Run, tmp_path: Path, arguments: tuple[str, ...], code: int, error: str) -> None:
    sealed("receipt", "redemption:r-1", "--out", "unlinked.json")
    sealed("key", "new", "baiyang", "--out", "other.pem")
    sealed("redeem", "B1", "broom", "--id", "r-2")
    note = (tmp_path / "march.txt").read_text("utf-8")
    (tmp_path / "other.txt").write_text(note.partition("\n\n")[0] + "\n", "utf-8")
    ran = sealed(*arguments, "--json")
    assert (ran.code, ran.out, ran.error["code"]) == (code, "", error)


def test_an_auditor_holds_a_ledger_against_what_was_published(sealed: Run) -> None:
    for note in ("march.txt", "april.txt"):
        ran = sealed("verify", "--key", "baiyang.pub", "--checkpoint", note)
        assert (ran.code, ran.err) == (0, "")
        assert "0 differences" in ran.out
        assert "every seal is signed by gridpoints/baiyang+" in ran.out
        assert "as published: the first" in ran.out
    document = sealed("verify", "--checkpoint", "march.txt", "--json").document
    assert (document["sealed"], document["published"]) == (5, 3)
    keys(document, "verify")


@pytest.mark.parametrize("seal", [("seal",), ("seal", "--key", "baiyang.pem")])
def test_an_auditor_finds_a_ledger_that_was_written_anew(
    sealed: Run, tmp_path: Path, seal: tuple[str, ...]
) -> None:
    """20 points are made 200, and all of it is sealed again: nothing in the ledger contradicts itself."""
    sealed("export", "ledger.jsonl")
    lines = (tmp_path / "ledger.jsonl").read_text("utf-8").splitlines(keepends=True)
    forged = "".join(line for line in lines if not line.startswith('{"seal"'))
    forged = forged.replace(",20]", ",200]").replace(",-20]", ",-200]")
    (tmp_path / "ledger.jsonl").write_text(forged, "utf-8")
    there = ("--store", "sqlite:///other.db")
    sealed("init", "baiyang", "--name", "白羊村", "--rules", "baiyang", *there)
    assert sealed("import", "ledger.jsonl", *there).code == 0
    assert sealed(*seal, *there).code == 0
    assert sealed("verify", *there).code == 0
    ran = sealed("verify", "--key", "baiyang.pub", "--checkpoint", "march.txt", *there, "--json")
    unsigned = [] if "--key" in seal else ["note"]
    assert ran.code == 1
    assert [each["what"] for each in ran.document["differences"]] == [*unsigned, "checkpoint"]
    told = sealed("verify", "--checkpoint", "march.txt", *there)
    assert (told.code, "as published" in told.out) == (1, False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("key",),
        ("key", "new"),
        ("key", "new", "baiyang", "--out", "x.pub"),
        ("verify-receipt", "receipt.json"),
        ("verify-receipt", "receipt.json", "--key", "x", "--store", "memory://"),
        ("receipt", "x", "--published", "many"),
    ],
)
def test_a_command_line_that_cannot_be_understood(founded: Run, arguments: tuple[str, ...]) -> None:
    ran = founded(*arguments)
    assert (ran.code, "Traceback" in ran.err) == (2, False)
