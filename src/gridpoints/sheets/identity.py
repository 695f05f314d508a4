"""Ids made of content: who reads the same row again, or on another machine, arrives at the same one."""

from __future__ import annotations

import hashlib


def content_id(kind: str, *parts: str) -> str:
    """``kind:`` and 128 bits of SHA-256 over the parts, in hexadecimal."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{kind}:{digest[:32]}"
