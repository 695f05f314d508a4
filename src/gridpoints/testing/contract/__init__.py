"""What every store must do, as tests."""

from gridpoints.testing.contract.anything import AnythingContract
from gridpoints.testing.contract.concurrency import ConcurrencyContract
from gridpoints.testing.contract.debts import DebtsContract
from gridpoints.testing.contract.durability import DurabilityContract
from gridpoints.testing.contract.floors import FloorsContract
from gridpoints.testing.contract.folding import FoldingContract
from gridpoints.testing.contract.holds import HoldsContract
from gridpoints.testing.contract.input import InputContract
from gridpoints.testing.contract.ledger import LedgerContract
from gridpoints.testing.contract.limits import LimitsContract
from gridpoints.testing.contract.lots import LotsContract
from gridpoints.testing.contract.outbox import OutboxContract
from gridpoints.testing.contract.proof import ProofContract
from gridpoints.testing.contract.records import RecordsContract
from gridpoints.testing.contract.refusals import RefusalsContract
from gridpoints.testing.contract.reversals import ReversalsContract
from gridpoints.testing.contract.sums import SumsContract
from gridpoints.testing.contract.time import TimeContract
from gridpoints.testing.contract.transfer import TransferContract
from gridpoints.testing.contract.units import UnitsContract


class StorageContract(
    RecordsContract,
    RefusalsContract,
    OutboxContract,
    UnitsContract,
    LedgerContract,
    SumsContract,
    HoldsContract,
    LotsContract,
    ReversalsContract,
    DebtsContract,
    TimeContract,
    FloorsContract,
    LimitsContract,
    FoldingContract,
    ProofContract,
    TransferContract,
    InputContract,
    ConcurrencyContract,
    DurabilityContract,
    AnythingContract,
):
    """The tests that a store passes. Subclass it in a test module and say how to open the store.

    Opened again within one test, it is the same store::

        class TestMyStore(StorageContract):
            @pytest.fixture
            def open_store(self, tmp_path):
                return lambda: MyStore(tmp_path / "store")
    """
