"""What the catalog has to do with claims, which it does not keep: told and done by whoever keeps them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from attrs import frozen

from gridpoints.catalog.model import Session
from gridpoints.catalog.posts import Post
from gridpoints.context import Context
from gridpoints.storage.port import Work
from gridpoints.values import Explanation


class Taken(Protocol):
    """The catalog offers places: it asks how many of them are held."""

    def __call__(self, work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
        """How many places are taken of each; `kind` is ``session``, ``post``, ``errand`` or ``task``."""


@frozen
class Clash:
    """Who claimed a session that was moved, and is expected at its new time in another (`session_id`)."""

    member_id: str
    claim_id: str
    session_id: str


@frozen
class Unfit:
    """Who claimed a session that was moved, and does not fulfil what is asked at its new time: why not."""

    member_id: str
    claim_id: str
    reasons: Explanation


#: A record as it was, and as it is now.
Followed = tuple[Session | Post, Session | Post]


class Follow(Protocol):
    """The catalog changes what people have claimed: their claims follow, in the same unit of work."""

    def __call__(
        self, context: Context, work: Work, changes: Sequence[Followed], reason: str | None
    ) -> Sequence[Clash | Unfit]:
        """Let the claims on sessions and posts, which are locked and changed already, be as these are now.

        Those on a session that is cancelled end. Answers who cannot be at the new time of one that was moved,
        and who may not.
        """


def none_taken(work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
    """What there is to tell where nothing can be claimed."""
    return dict.fromkeys(ids, 0)


def nothing_follows(
    context: Context, work: Work, changes: Sequence[Followed], reason: str | None
) -> Sequence[Clash | Unfit]:
    """What there is to do where nothing can be claimed."""
    return ()
