"""Merkle trees (默克尔树) over SHA-256: one hash that stands for all leaves, and short proofs about it.

As in RFC 9162, 2.1, which is what certificates are logged by: a hash of a leaf can never be taken
for one of a node, and a proof is one hash for each doubling of the leaves.

A tree of millions of leaves is kept as its leaves and, from `BLOCK_LEVEL` upward, the hashes of its
complete subtrees, which never change again: `Growth` makes them, `Tree` proves from them. The node
(level, index) stands for the leaves from ``index << level`` to before ``(index + 1) << level``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256

from attrs import Factory, define, field, frozen

#: Subtrees of 1,024 leaves and more are stored: below, hashing is quicker than reading.
BLOCK_LEVEL = 10
#: The root of a tree without leaves.
EMPTY = sha256(b"").digest()

#: Reads the stored hash of a complete subtree, by level and index.
ReadNode = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of what stands in a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node, from those of its two children."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves (RFC 9162, 2.1.1)."""
    row = leaves
    while len(row) > 1:
        pairs = list(map(node_hash, row[::2], row[1::2]))
        row = [*pairs, row[-1]] if len(row) % 2 else pairs  # one without a sibling rises as it is
    return row[0] if row else EMPTY


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` shows that the leaf with hash `leaf` has `index` in that tree (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            leaf = node_hash(sibling, leaf)
            node, last = _at_right_turn(node, last)
        else:
            leaf = node_hash(leaf, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and leaf == root


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether `path` shows that the tree of size `old` is the beginning of that of size `new` (2.1.4.2).

    Every tree begins with itself and with the empty one, whose paths are empty.
    """
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        return not path and old_root == (new_root if old else EMPTY)
    if old & (old - 1) == 0:  # the old tree is one subtree of the new one, and its root is known
        path = [old_root, *path]
    if not path:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_hash = new_hash = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_hash, new_hash = node_hash(sibling, old_hash), node_hash(sibling, new_hash)
            node, last = _at_right_turn(node, last)
        else:
            new_hash = node_hash(new_hash, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_hash == old_root and new_hash == new_root


def _at_right_turn(node: int, last: int) -> tuple[int, int]:
    """Both, raised past the levels where the node has no sibling and rises as it is."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _left(count: int) -> int:
    """How many of `count` leaves, 2 or more, stand in the left subtree: the power of 2 below."""
    return 1 << (count - 1).bit_length() - 1


def _blocks(tree: Tree) -> Callable[[int], Sequence[bytes]]:
    @lru_cache(maxsize=4)
    def block(index: int) -> Sequence[bytes]:
        first = index << tree.block_level
        return tree.leaves(first, min(1 << tree.block_level, tree.size - first))

    return block


@frozen(eq=False)
class Tree:
    """A stored tree, or its beginning with `size` leaves, of which little is read.

    `leaves` reads the hashes of leaves: from which one on, and how many. A proof reads at most two
    blocks of them, and two nodes for each doubling of the blocks; what was read last is remembered,
    so that the proofs of neighbours cost no more.
    """

    size: int
    node: ReadNode
    leaves: Callable[[int, int], Sequence[bytes]]
    block_level: int = BLOCK_LEVEL
    _block: Callable[[int], Sequence[bytes]] = field(
        init=False, repr=False, default=Factory(_blocks, takes_self=True)
    )

    def root(self) -> bytes:
        """The root."""
        return self._hash(0, self.size) if self.size else EMPTY

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """The path from the leaf with this index up to the root (2.1.3.1)."""
        if not 0 <= index < self.size:
            raise IndexError(f"no leaf {index} in a tree of {self.size}")
        path, _, _ = self._descend(index, to_its_end=False)
        return tuple(reversed(path))

    def consistency(self, old: int) -> tuple[bytes, ...]:
        """The path that leads from the root of the first `old` leaves to the root (2.1.4.1)."""
        if not 0 <= old <= self.size:
            raise IndexError(f"no beginning of {old} leaves in a tree of {self.size}")
        if not old:
            return ()
        path, first, count = self._descend(old - 1, to_its_end=True)
        if first:  # else it is the old tree itself, whose root is known
            path.append(self._hash(first, count))
        return tuple(reversed(path))

    def _descend(self, index: int, *, to_its_end: bool) -> tuple[list[bytes], int, int]:
        """Go from the root to that leaf, or to the largest subtree that it is the last leaf of.

        Answers the hashes of all that was passed by, and the first leaf and the size of what was found.
        """
        path, first, count = [], 0, self.size
        while first + count - 1 > index if to_its_end else count > 1:
            left = _left(count)
            if index < first + left:
                path.append(self._hash(first + left, count - left))
                count = left
            else:
                path.append(self._hash(first, left))
                first, count = first + left, count - left
        return path, first, count

    def _hash(self, first: int, count: int) -> bytes:
        """The root over `count` leaves, where `first` is where a subtree of so many may begin."""
        level = (count - 1).bit_length()
        if level >= self.block_level and count == 1 << level:
            return self.node(level, first >> level)
        if level <= self.block_level:
            block, start = divmod(first, 1 << self.block_level)
            return root_of(self._block(block)[start : start + count])
        left = _left(count)
        return node_hash(self._hash(first, left), self._hash(first + left, count - left))


@frozen
class Node:
    """The hash of a complete subtree, as it is stored."""

    level: int
    index: int
    hash: bytes


@define(eq=False)
class Growth:
    """The right edge of a tree, where leaves are added.

    `size` is at first that of the stored tree, and falls to the last boundary of a block: what stands
    behind it is in no stored node, and is added again, before what is new.
    """

    size: int
    node: ReadNode
    block_level: int = BLOCK_LEVEL
    _peaks: list[bytes] = field(init=False, factory=list)  # of the complete subtrees, largest first
    _tail: list[bytes] = field(init=False, factory=list)  # the leaves behind them

    def __attrs_post_init__(self) -> None:
        blocks = self.size >> self.block_level
        self.size = blocks << self.block_level
        for height in reversed(range(blocks.bit_length())):
            if blocks >> height & 1:
                self._peaks.append(self.node(self.block_level + height, (blocks >> height) - 1))

    def add(self, leaves: Iterable[bytes]) -> Iterator[Node]:
        """Add hashes of leaves; yields each subtree that becomes complete, to be stored.

        Nothing is added but what the iterator is taken to its end for.
        """
        for leaf in leaves:
            self._tail.append(leaf)
            self.size += 1
            if len(self._tail) == 1 << self.block_level:
                yield from self._complete()

    def root(self) -> bytes:
        """The root over all leaves up to here."""
        hashes = self._peaks + ([root_of(self._tail)] if self._tail else [])
        root = hashes.pop() if hashes else EMPTY
        while hashes:
            root = node_hash(hashes.pop(), root)
        return root

    def _complete(self) -> Iterator[Node]:
        node = Node(self.block_level, (self.size >> self.block_level) - 1, root_of(self._tail))
        self._tail.clear()
        yield node
        while node.index & 1:
            node = Node(node.level + 1, node.index >> 1, node_hash(self._peaks.pop(), node.hash))
            yield node
        self._peaks.append(node.hash)
