"""What `gridpoints.recognition` refuses: records and certificates."""

from __future__ import annotations

from gridpoints.errors.base import InvalidInput, NotAllowed, Refused


class OwnRecord(NotAllowed):
    """{actor} cannot enter anything in their own record, nor certify it. Somebody else must."""

    actor: str


class NothingToCertify(Refused):
    """There is nothing to certify of {member}: no verified hours in those days, or the entry was
    withdrawn."""

    member: str


class CertificateRevoked(Refused):
    """The certificate {certificate} was revoked and is not given out any more."""

    certificate: str


class AddressUnusable(InvalidInput):
    """{url} is no address that a certificate can name. Begin it with https://."""

    url: str
