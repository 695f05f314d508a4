"""How accounts are named, and what a hold is at an instant."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from gridpoints.ledger.accounts import Account, AccountKind, Hold, HoldStatus
from gridpoints.testing.sources import START

HOLD = Hold("h", Account.member("li", "points"), 10, START, START + timedelta(hours=1), 10)


@pytest.mark.parametrize("kind", [kind for kind in AccountKind if kind is not AccountKind.FEES])
def test_an_account_is_made_by_the_name_of_its_kind(kind: AccountKind) -> None:
    is_the_communitys = kind in (AccountKind.ISSUANCE, AccountKind.SETTLED, AccountKind.EXPIRY)
    owner = () if is_the_communitys else ("li",)
    account: Account = getattr(Account, kind.value)(*owner, "points")
    assert account == Account("points", kind, *owner)
    assert account.key == "/".join(("points", kind.value, *owner))
    assert Account.parse(account.key) == account


@pytest.mark.parametrize("status", HoldStatus)
def test_only_an_open_hold_expires_by_the_clock(status: HoldStatus) -> None:
    hold = attrs.evolve(HOLD, status=status)
    assert hold.status_at(hold.expires_at - timedelta(microseconds=1)) is status
    expired = HoldStatus.EXPIRED if status is HoldStatus.OPEN else status
    assert hold.status_at(hold.expires_at) is expired
