"""Merkle trees: the vectors that everybody checks with, and the definition of RFC 9162 itself."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.ledger.merkle import (
    BLOCK_LEVEL,
    EMPTY,
    Growth,
    Tree,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

#: The leaves of Certificate Transparency's own tests, and the root over the first 0, 1, 2 … of them.
DATA = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
#: By index and size.
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
#: By old and new size.
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
LEAVES = [leaf_hash(bytes.fromhex(data)) for data in DATA]

#: Blocks so small that trees of a few leaves have many; and those of the real size.
LEVELS = pytest.mark.parametrize("level", [0, 1, 2, 3, BLOCK_LEVEL])
MOST = 70
MANY = [leaf_hash(bytes([n])) for n in range(MOST)]


@define
class Stored:
    """What a store keeps of a tree, and what is read of it."""

    level: int
    leaves: list[bytes] = field(factory=list)
    nodes: dict[tuple[int, int], bytes] = field(factory=dict)
    nodes_read: int = 0
    leaves_read: int = 0

    def grow(self, leaves: Sequence[bytes]) -> bytes:
        """Store more leaves, and answer the new root."""
        growth = Growth(len(self.leaves), self.node, self.level)
        for node in growth.add([*self.leaves[growth.size :], *leaves]):
            assert (node.level, node.index) not in self.nodes
            self.nodes[node.level, node.index] = node.hash
        self.leaves += leaves
        assert growth.size == len(self.leaves)
        return growth.root()

    def tree(self, size: int) -> Tree:
        return Tree(size, self.node, self.read, self.level)

    def node(self, level: int, index: int) -> bytes:
        assert level >= self.level
        self.nodes_read += 1
        return self.nodes[level, index]

    def read(self, first: int, count: int) -> list[bytes]:
        assert 0 < count <= 1 << self.level
        self.leaves_read += count
        return self.leaves[first : first + count]


def stored(leaves: Sequence[bytes], level: int) -> Stored:
    store = Stored(level)
    store.grow(leaves)
    return store


def hexes(path: Sequence[bytes]) -> list[str]:
    return [step.hex() for step in path]


# --- the definitions, word by word ----------------------------------------------------------------


def split(leaves: list[bytes]) -> int:
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    """2.1.1: MTH(D_n)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    k = split(leaves)
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """2.1.3.1: PATH(m, D_n)."""
    if len(leaves) == 1:
        return []
    k = split(leaves)
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], known: bool) -> list[bytes]:
    """2.1.4.1: SUBPROOF(m, D_n, b)."""
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(leaves)
    if m <= k:
        return [*subproof(m, leaves[:k], known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


# --- vectors --------------------------------------------------------------------------------------


@LEVELS
@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_known_roots(size: int, level: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]
    assert stored(LEAVES, level).tree(size).root().hex() == ROOTS[size]
    assert Stored(level).grow(LEAVES[:size]).hex() == ROOTS[size]


def test_a_leaf_is_hashed_apart_from_a_node() -> None:
    assert sha256(b"").digest() == EMPTY
    assert leaf_hash(b"x") == sha256(b"\x00x").digest()
    assert node_hash(b"x", b"y") == sha256(b"\x01xy").digest()


@LEVELS
@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_known_paths(index: int, size: int, level: int) -> None:
    proof = stored(LEAVES, level).tree(size).inclusion(index)
    assert hexes(proof) == INCLUSION[index, size]
    assert verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@LEVELS
@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_known_consistency_paths(old: int, new: int, level: int) -> None:
    proof = stored(LEAVES, level).tree(new).consistency(old)
    assert hexes(proof) == CONSISTENCY[old, new]
    assert verify_consistency(old, new, proof, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]))


# --- the definitions hold for every size ----------------------------------------------------------


@LEVELS
def test_every_path_is_the_defined_one_and_proves(level: int) -> None:
    store = stored(MANY, level)
    for size in range(1, MOST + 1):
        leaves, tree = MANY[:size], store.tree(size)
        root = mth(leaves)
        assert tree.root() == root == root_of(leaves)
        for index in range(size):
            proof = tree.inclusion(index)
            assert list(proof) == path(index, leaves)
            assert verify_inclusion(leaves[index], index, size, proof, root)


@LEVELS
def test_every_consistency_path_is_the_defined_one_and_proves(level: int) -> None:
    store = stored(MANY, level)
    roots = [mth(MANY[:size]) for size in range(MOST + 1)]
    for new in range(MOST + 1):
        tree = store.tree(new)
        for old in range(new + 1):
            proof = tree.consistency(old)
            assert list(proof) == (subproof(old, MANY[:new], True) if old else [])
            assert verify_consistency(old, new, proof, roots[old], roots[new])


@LEVELS
@given(sizes=st.lists(st.integers(0, MOST), max_size=6).map(sorted))
def test_a_tree_may_grow_in_any_steps(level: int, sizes: list[int]) -> None:
    store = Stored(level)
    for size in sizes:
        assert store.grow(MANY[len(store.leaves) : size]) == mth(MANY[:size])
    complete = {
        (high, index): mth(MANY[index << high : (index + 1) << high])
        for high in range(level, MOST.bit_length())
        for index in range(len(store.leaves) >> high)
    }
    assert store.nodes == complete


# --- nothing else proves --------------------------------------------------------------------------


def spoilt(proof: Sequence[bytes]) -> list[list[bytes]]:
    """The path with each of its bits flipped, each step left out or doubled, and with steps added."""
    flips = [
        [*proof[:at], (int.from_bytes(proof[at]) ^ 1 << bit).to_bytes(32), *proof[at + 1 :]]
        for at in range(len(proof))
        for bit in range(256)
    ]
    without = [[*proof[:at], *proof[at + 1 :]] for at in range(len(proof))]
    doubled = [[*proof[:at], proof[at], *proof[at:]] for at in range(len(proof))]
    return [*flips, *without, *doubled, [*proof, EMPTY], [EMPTY, *proof], [*proof, b""], [b"", *proof]]


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 8), (5, 8), (2, 3), (6, 7), (40, 41), (13, 70)])
def test_no_other_path_proves_a_leaf(index: int, size: int) -> None:
    tree = stored(MANY, 2).tree(size)
    leaf, proof, root = MANY[index], tree.inclusion(index), tree.root()
    for other in spoilt(proof):
        assert not verify_inclusion(leaf, index, size, other, root)
    for bit in range(256):
        flipped = (int.from_bytes(leaf) ^ 1 << bit).to_bytes(32)
        assert not verify_inclusion(flipped, index, size, proof, root)
    for elsewhere in {*range(-1, MOST + 1), 2**63, 10**400} - {index}:
        assert not verify_inclusion(leaf, elsewhere, size, proof, root)
    assert not verify_inclusion(leaf, index, 0, proof, root)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (1, 8), (6, 8), (2, 5), (6, 7), (64, 70), (33, 70)])
def test_no_other_path_proves_a_beginning(old: int, new: int) -> None:
    store = stored(MANY, 2)
    old_root, new_root = store.tree(old).root(), store.tree(new).root()
    proof = store.tree(new).consistency(old)
    for other in spoilt(proof):
        assert not verify_consistency(old, new, other, old_root, new_root)
    for bit in range(256):
        flip = 1 << bit
        assert not verify_consistency(
            old, new, proof, (int.from_bytes(old_root) ^ flip).to_bytes(32), new_root
        )
        assert not verify_consistency(
            old, new, proof, old_root, (int.from_bytes(new_root) ^ flip).to_bytes(32)
        )
    for other_old in {*range(-1, MOST + 1), 2**63} - {old}:
        assert not verify_consistency(other_old, new, proof, old_root, new_root)
    assert not verify_consistency(new, old, proof, new_root, old_root)


def test_what_stands_for_nothing_proves_nothing() -> None:
    assert not verify_inclusion(EMPTY, 0, 0, (), EMPTY)
    assert not verify_consistency(0, 3, (), MANY[0], root_of(MANY[:3]))
    assert not verify_consistency(0, 3, (EMPTY,), EMPTY, root_of(MANY[:3]))
    assert not verify_consistency(3, 3, (), root_of(MANY[:3]), root_of(MANY[1:4]))
    assert not verify_consistency(3, 3, (EMPTY,), root_of(MANY[:3]), root_of(MANY[:3]))
    assert not verify_consistency(3, 5, (), root_of(MANY[:3]), root_of(MANY[:5]))
    assert verify_consistency(0, 0, (), EMPTY, EMPTY)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_path_from_outside(index: int) -> None:
    with pytest.raises(IndexError, match="no leaf"):
        stored(MANY, 1).tree(3).inclusion(index)


@pytest.mark.parametrize("old", [-1, 4])
def test_a_tree_does_not_begin_with_a_larger_one(old: int) -> None:
    with pytest.raises(IndexError, match="no beginning"):
        stored(MANY, 1).tree(3).consistency(old)


# --- little is read -------------------------------------------------------------------------------


@define
class Million:
    """A store of a tree too large to make here: all hashes alike, and what is read is counted."""

    size: int
    nodes_read: int = 0
    leaves_read: list[int] = field(factory=list)

    def tree(self) -> Tree:
        return Tree(self.size, self.node, self.read)

    def node(self, level: int, index: int) -> bytes:
        assert level >= BLOCK_LEVEL
        assert (index + 1) << level <= self.size
        self.nodes_read += 1
        return EMPTY

    def read(self, first: int, count: int) -> list[bytes]:
        assert first % (1 << BLOCK_LEVEL) == 0
        assert first + count <= self.size
        self.leaves_read.append(count)
        return [EMPTY] * count


@given(st.integers(1, 5_000_000).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_a_proof_reads_two_blocks_and_a_few_nodes(case: tuple[int, int]) -> None:
    index, size = case
    for prove in (Tree.inclusion, Tree.consistency):
        store = Million(size)
        prove(store.tree(), index)
        assert len(store.leaves_read) <= 2
        assert sum(store.leaves_read) <= 2 << BLOCK_LEVEL
        assert store.nodes_read <= 2 * (size >> BLOCK_LEVEL).bit_length()


def test_the_proofs_of_neighbours_read_their_block_once() -> None:
    store = Million(5_000_000)
    tree = store.tree()
    for index in range(2_048, 3_072):
        tree.inclusion(index)
    assert len(store.leaves_read) == 2  # theirs, and the incomplete one at the end


def test_growth_reads_one_node_for_each_complete_subtree() -> None:
    store = Million(5_000_000)
    growth = Growth(store.size, store.node)
    assert growth.size == 4_882 << BLOCK_LEVEL
    assert store.nodes_read == (4_882).bit_count()
    assert list(growth.add([EMPTY] * 1_000)) == []
