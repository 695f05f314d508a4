"""Checkpoints and signed notes: what Go and the C2SP write is read, and nothing that was changed is."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.errors import (
    BadIdentifier,
    CheckpointUnusable,
    ForeignCheckpoint,
    GridpointsError,
    KeyNameUnusable,
    MissingDriver,
    NaiveInstant,
    NoteUnusable,
    NotProven,
    NotSigned,
    PrivateKeyUnusable,
    PublicKeyUnusable,
    SignatureForged,
)
from gridpoints.ledger.checkpoint import (
    MOST_LINES,
    MOST_SIGNATURES,
    Checkpoint,
    PrivateKey,
    PublicKey,
    open_note,
    origin_of,
    published_by,
    sign_note,
)

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

#: Of the tests of golang.org/x/mod/sumdb/note, which the C2SP's format comes from.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_PRIVATE = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
PETER_NOTE = f"{PETER_TEXT}\n{PETER_LINE}"

#: The key of the signed note below, both as they go round among implementations of the C2SP's format.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

KEY = PrivateKey("gridpoints/baiyang", bytes(range(32)))
OTHER = PrivateKey("gridpoints/baiyang", bytes(range(1, 33)))
FIRST = Checkpoint("gridpoints/baiyang", 5_494, bytes(32), datetime(2026, 3, 2, 1, tzinfo=UTC))
SECOND = attrs.evolve(FIRST, size=6_000, previous=FIRST.hash)
NOTE = SECOND.sign(KEY)


# --- what others write ----------------------------------------------------------------------------


def test_what_go_signs_is_verified() -> None:
    assert open_note(PETER_NOTE, PublicKey.parse(PETER)) == PETER_TEXT


def test_we_sign_as_go_does() -> None:
    key = PrivateKey("PeterNeumann", base64.b64decode(PETER_PRIVATE)[1:])
    assert str(key.public) == PETER
    assert sign_note(PETER_TEXT, key) == PETER_NOTE


def test_a_note_of_another_implementation_is_verified() -> None:
    assert open_note(FOO_NOTE, PublicKey.parse(FOO)) == "This is an example message.\n"


NO_NOTES = {
    "text": [
        f"{PETER_TEXT}\n",
        PETER_NOTE.removesuffix("\n"),
        f"\x01{PETER_NOTE}",
        PETER_NOTE.replace("problem", "pro\tblem"),
        PETER_NOTE.replace("problem", "pro\ud800blem"),
        PETER_NOTE.replace("\n", "\r\n"),
        f"\n\n{PETER_LINE}",
        "",
        "\n",
        "\n\n",
        "\n\n\n",
    ],
    "signatures": [
        PETER_NOTE.replace("PeterNeumann", "Bad Name"),
        PETER_NOTE.replace("PeterNeumann", "Peter+Neumann"),
        PETER_NOTE.replace("PeterNeumann", "Peter\u3000Neumann"),
        PETER_NOTE.replace("— Peter", "- Peter"),
        PETER_NOTE.replace("nAM=", "nAN="),  # bits that base64 would drop
        PETER_NOTE.replace("nAM=", "nAM"),
        f"{PETER_NOTE}Unexpected line.\n",
        f"{PETER_TEXT}\n— PeterNeumann AAAA\n",
        f"{PETER_TEXT}\n— PeterNeumann x08gow==\n",  # an id and no signature
        f"{PETER_TEXT}\n{PETER_LINE * (MOST_SIGNATURES + 1)}",
    ],
}


@pytest.mark.parametrize("part", NO_NOTES)
def test_what_is_no_signed_note_is_not_read(part: str) -> None:
    for note in NO_NOTES[part]:
        with pytest.raises(NoteUnusable) as error:
            open_note(note, PublicKey.parse(PETER))
        assert error.value.part == part, note


def test_a_note_may_have_many_signatures_and_blank_lines() -> None:
    text = "one\n\ntwo\n\n"
    note = sign_note(text, KEY) + PETER_LINE + sign_note(text, OTHER).rpartition("\n\n")[2]
    assert [open_note(note, key.public) for key in (KEY, OTHER)] == [text, text]
    assert open_note(f"{PETER_TEXT}\n{PETER_LINE * MOST_SIGNATURES}", PublicKey.parse(PETER)) == PETER_TEXT
    with pytest.raises(SignatureForged):
        open_note(note, PublicKey.parse(PETER))


@pytest.mark.parametrize("text", ["", "\n", "no newline", "a\x00\n", "a\r\n", "a\udc00\n"])
def test_what_could_not_be_read_is_not_signed(text: str) -> None:
    with pytest.raises(NoteUnusable) as error:
        sign_note(text, KEY)
    assert error.value.part == "text"


# --- keys -----------------------------------------------------------------------------------------


def test_keys_come_back_from_their_files() -> None:
    key = PrivateKey.generate("k")
    assert key != PrivateKey.generate("k")
    assert PrivateKey.from_pem("k", key.to_pem()) == key
    assert PublicKey.from_pem("k", key.public.to_pem()) == key.public
    assert PublicKey.parse(f" {key.public}\n") == key.public
    assert key.to_pem().startswith("-----BEGIN PRIVATE KEY-----")
    assert key.public.to_pem().startswith("-----BEGIN PUBLIC KEY-----")


def test_a_private_key_is_not_shown() -> None:
    assert KEY.raw.hex() not in repr(KEY)
    assert repr(KEY.raw) not in repr(KEY)


def other_files() -> dict[str, str]:
    from cryptography.hazmat.primitives.asymmetric import ec, x25519
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
        load_pem_private_key,
    )

    def private(key: ec.EllipticCurvePrivateKey | x25519.X25519PrivateKey) -> str:
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    curve, exchange = ec.generate_private_key(ec.SECP256R1()), x25519.X25519PrivateKey.generate()
    locked = load_pem_private_key(KEY.to_pem().encode(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    public = curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "nothing": "",
        "text": "a key",
        "half a character": "\ud800",
        "cut off": KEY.to_pem()[:60],
        "spoilt": KEY.to_pem().replace("MC4CAQ", "MC4CAg"),
        "elliptic curve": private(curve),
        "for exchange": private(exchange),
        "with a password": locked.decode(),
        "public curve": public.decode(),
    }


def test_other_files_are_no_keys() -> None:
    for pem in other_files().values():
        with pytest.raises(PrivateKeyUnusable) as private:
            PrivateKey.from_pem("k", pem)
        with pytest.raises(PublicKeyUnusable) as public:
            PublicKey.from_pem("k", pem)
        assert private.value.name == public.value.name == "k"


def test_one_kind_of_key_is_not_taken_for_the_other() -> None:
    with pytest.raises(PrivateKeyUnusable):
        PrivateKey.from_pem("k", KEY.public.to_pem())
    with pytest.raises(PublicKeyUnusable):
        PublicKey.from_pem("k", KEY.to_pem())


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb", "a\x00", "\ud800"])
def test_some_names_cannot_be_written(name: str) -> None:
    for make in (PrivateKey.generate, lambda name: PublicKey(name, bytes(32))):
        with pytest.raises(KeyNameUnusable) as error:
            make(name)
        assert error.value.name == name.encode(errors="replace").decode()


@pytest.mark.parametrize("raw", [b"", bytes(31), bytes(33)])
def test_a_key_has_32_bytes(raw: bytes) -> None:
    with pytest.raises(PrivateKeyUnusable) as private:
        PrivateKey("k", raw).sign("text")
    with pytest.raises(PublicKeyUnusable) as public:
        PublicKey("k", raw).verifies("text", bytes(64))
    assert private.value.name == public.value.name == "k"


def test_every_part_of_a_public_key_matters() -> None:
    for start in range(len(PETER)):
        for end in range(start + 1, len(PETER) + 1):
            if end - start < len(PETER):
                with pytest.raises(PublicKeyUnusable):
                    PublicKey.parse(PETER[start:end])
    for at, character in enumerate(PETER):
        with pytest.raises(PublicKeyUnusable):
            PublicKey.parse(f"{PETER[:at]}{chr(ord(character) + 1)}{PETER[at + 1 :]}")


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # too long
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # another algorithm
        PETER.replace("c74f20a3", "C74F20A3"),
        str(PublicKey("k", bytes(31))),
        str(PublicKey("k", b"")),
    ],
)
def test_other_texts_are_no_public_keys(text: str) -> None:
    with pytest.raises(PublicKeyUnusable) as error:
        PublicKey.parse(text)
    assert error.value.name == text[: text.index("+")]


@given(st.text())
def test_any_text_is_a_public_key_or_refused(text: str) -> None:
    with pytest.raises(PublicKeyUnusable):
        PublicKey.parse(text)


# --- checkpoints ----------------------------------------------------------------------------------


def test_a_checkpoint_is_lines_that_anybody_can_read() -> None:
    assert FIRST.text == (
        "gridpoints/baiyang\n"
        "5494\n"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        "sealed-at 2026-03-02T01:00:00.000000Z\n"
    )
    assert SECOND.text.splitlines()[4] == f"previous {base64.b64encode(FIRST.hash).decode()}"
    assert FIRST.origin == origin_of("baiyang")


HASHES = st.binary(min_size=32, max_size=32)
CHECKPOINTS = st.builds(
    Checkpoint,
    origin=st.text("abc/白羊-. ", min_size=1),
    size=st.integers(0, MOST_LINES),
    root=HASHES,
    sealed_at=st.datetimes(min_value=datetime(2, 1, 1), timezones=st.just(timezone(timedelta(hours=8)))),  # noqa: DTZ001
    previous=st.none() | HASHES,
)


@given(CHECKPOINTS)
def test_a_checkpoint_comes_back(checkpoint: Checkpoint) -> None:
    assert Checkpoint.parse(checkpoint.text) == checkpoint
    assert Checkpoint.open(checkpoint.sign(KEY), KEY.public) == checkpoint


def test_two_checkpoints_have_two_hashes() -> None:
    hashes = {
        FIRST.hash,
        SECOND.hash,
        attrs.evolve(FIRST, size=1).hash,
        attrs.evolve(FIRST, root=b"x" * 32).hash,
        attrs.evolve(FIRST, sealed_at=FIRST.sealed_at + timedelta(microseconds=1)).hash,
        attrs.evolve(FIRST, origin="gridpoints/other").hash,
    }
    assert len(hashes) == 6


TEXT = SECOND.text
INSTANT = "2026-03-02T01:00:00.000000Z"
NO_CHECKPOINTS = {
    "lines": ["", TEXT[:-1], f"{TEXT}more\n", f"{TEXT}\n", "".join(TEXT.splitlines(keepends=True)[:3])],
    "origin": [TEXT.replace(TEXT.splitlines()[0], origin) for origin in ("", "a\x07b", "\ud800")],
    "size": [
        TEXT.replace("6000", size)
        for size in ("06000", "-1", "6_000", "６０００", "9" * 5_000, str(2**63), "", " 6000", "6000.0")
    ],
    "root": [
        TEXT.replace("AAAAAAA=", root, 1)
        for root in ("AAAAAAB=", "AAAAAAA", "AAAAAAA==", "AAA=", "AA AAA=", "AAA-AAA=", "ÄAAAAAA=")
    ],
    "sealed-at": [
        TEXT.replace("sealed-at ", ""),
        TEXT.replace("sealed-at ", "sealed_at "),
        *(
            TEXT.replace(INSTANT, instant)
            for instant in (
                "2026-03-02T01:00:00Z",
                "2026-03-02T01:00:00.000000",
                "2026-03-02T01:00:00.000000+00:00",
                "2026-02-30T01:00:00.000000Z",
                "0001-01-01T00:00+14:00",
                "",
            )
        ),
    ],
    "previous": [
        TEXT.replace("previous ", ""),
        TEXT.replace("previous ", "Previous "),
        f"{TEXT.partition('previous')[0]}previous AAAA\n",
        f"{FIRST.text}\n",
    ],
}


@pytest.mark.parametrize("part", NO_CHECKPOINTS)
def test_any_other_text_is_no_checkpoint(part: str) -> None:
    for text in NO_CHECKPOINTS[part]:
        assert text != TEXT
        with pytest.raises(CheckpointUnusable) as error:
            Checkpoint.parse(text)
        assert error.value.part == part, text


def test_what_could_not_be_read_is_not_made() -> None:
    cases: dict[str, Callable[[], Checkpoint]] = {
        "origin": lambda: attrs.evolve(FIRST, origin="a\nb"),
        "size": lambda: attrs.evolve(FIRST, size=True),
        "root": lambda: attrs.evolve(FIRST, root=b"short"),
        "previous": lambda: attrs.evolve(FIRST, previous=b""),
    }
    for part, make in cases.items():
        with pytest.raises(CheckpointUnusable) as error:
            make()
        assert error.value.part == part
    with pytest.raises(NaiveInstant) as naive:
        attrs.evolve(FIRST, sealed_at=datetime(2026, 3, 2))  # noqa: DTZ001
    assert naive.value.field == "sealed_at"
    with pytest.raises(BadIdentifier) as unnamed:
        origin_of("a b")
    assert unnamed.value.field == "community"


def test_what_was_published_is_read_and_opened_by_those_who_have_the_key() -> None:
    for note in (NOTE, SECOND.text):
        assert published_by("baiyang", note, None) == SECOND
    assert published_by("baiyang", NOTE, KEY.public) == SECOND
    with pytest.raises(NotSigned):
        published_by("baiyang", SECOND.text, KEY.public)
    for key in (None, KEY.public):
        with pytest.raises(ForeignCheckpoint) as error:
            published_by("heiyang", NOTE, key)
        assert (error.value.found, error.value.wanted) == ("gridpoints/baiyang", "gridpoints/heiyang")


# --- signatures -----------------------------------------------------------------------------------


def test_a_changed_note_is_refused_whatever_was_changed() -> None:
    """Each bit of its bytes, where what comes of it is a text at all."""
    data = NOTE.encode()
    for at in range(len(data)):
        for bit in range(8):
            spoilt = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            try:
                note = spoilt.decode()
            except UnicodeDecodeError:
                continue
            with pytest.raises((SignatureForged, NoteUnusable, NotSigned)):
                Checkpoint.open(note, KEY.public)


def test_another_key_of_the_same_name_has_not_signed() -> None:
    with pytest.raises(NotSigned) as error:
        Checkpoint.open(NOTE, OTHER.public)
    assert isinstance(error.value, NotProven)
    assert error.value.key == f"gridpoints/baiyang+{OTHER.public.id.hex()}"
    assert error.value.found == (f"gridpoints/baiyang+{KEY.public.id.hex()}",)


def test_of_many_who_have_signed_five_are_told() -> None:
    keys = [PrivateKey(f"witness-{n}", bytes(32)) for n in range(7)]
    note = NOTE + "".join(SECOND.sign(key).rpartition("\n\n")[2] for key in reversed(keys))
    with pytest.raises(NotSigned) as error:
        Checkpoint.open(note, OTHER.public)
    assert [found.partition("+")[0] for found in error.value.found] == [
        "gridpoints/baiyang",
        *(key.name for key in keys[:4]),
    ]


def test_a_text_alone_is_not_signed() -> None:
    with pytest.raises(NotSigned) as error:
        Checkpoint.open(SECOND.text, KEY.public)
    assert (error.value.key, error.value.found) == (f"gridpoints/baiyang+{KEY.public.id.hex()}", ())


def test_the_same_key_under_another_name_has_not_signed() -> None:
    with pytest.raises(NotSigned):
        Checkpoint.open(NOTE, PublicKey("gridpoints/other", KEY.public.raw))


def test_a_signature_under_a_stolen_id_is_forged() -> None:
    made_up = base64.b64encode(KEY.public.id + OTHER.sign(SECOND.text)).decode()
    forged = f"{SECOND.text}\n— gridpoints/baiyang {made_up}\n"
    with pytest.raises(SignatureForged) as error:
        Checkpoint.open(forged, KEY.public)
    assert error.value.key == f"gridpoints/baiyang+{KEY.public.id.hex()}"
    with pytest.raises(SignatureForged):  # a sound one beside it does not help
        Checkpoint.open(f"{NOTE}— gridpoints/baiyang {made_up}\n", KEY.public)


def test_a_signature_of_another_length_is_forged() -> None:
    short = base64.b64encode(KEY.public.id + KEY.sign(SECOND.text)[:-1]).decode()
    with pytest.raises(SignatureForged):
        Checkpoint.open(f"{SECOND.text}\n— gridpoints/baiyang {short}\n", KEY.public)


@given(st.text() | st.text("\n— a+=AZ", max_size=60))
def test_any_text_is_refused_by_a_typed_error(text: str) -> None:
    for read in (Checkpoint.parse, lambda text: open_note(text, KEY.public)):
        with pytest.raises(GridpointsError) as error:
            read(text)
        assert str(error.value).encode()


def test_without_cryptography_nothing_is_signed_but_all_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    public, pem = KEY.public, KEY.to_pem()
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert Checkpoint.parse(SECOND.text) == SECOND
    assert PublicKey.parse(str(public)) == public
    for call in (
        lambda: PrivateKey.generate("k"),
        lambda: PrivateKey.from_pem("k", pem),
        lambda: PublicKey.from_pem("k", pem),
        lambda: KEY.public,
        KEY.to_pem,
        public.to_pem,
        lambda: SECOND.sign(KEY),
        lambda: Checkpoint.open(NOTE, public),
    ):
        with pytest.raises(MissingDriver) as error:
            call()
        assert (error.value.package, error.value.extra) == ("cryptography", "proof")
