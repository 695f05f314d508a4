"""Whatever happens to a ledger, in any order: every figure is right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import StoreContract


class AnythingContract(StoreContract):
    """Sequences of steps that Hypothesis makes up."""

    def test_agrees_with_the_oracle_whatever_happens(self, store: Store) -> None:
        _run(store, examples=30)

    def test_agrees_with_the_oracle_whichever_process_goes_on(self, open_store: Callable[[], Store]) -> None:
        """What one of them remembers is what the other one has changed since."""
        if not self.durable:
            pytest.skip("the store says that it is not durable")
        one, other = open_store(), open_store()
        _run(one, other, examples=20)
        one.close()
        other.close()


def _run(*stores: Store, examples: int) -> None:
    hypothesis = pytest.importorskip("hypothesis")
    from hypothesis.stateful import run_state_machine_as_test

    from gridpoints.testing.contract.machine import LedgerMachine

    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    # Its documentation takes any factory; its annotation, classes only.
    run_state_machine_as_test(lambda: LedgerMachine(*stores), settings=settings)  # type: ignore[arg-type]
