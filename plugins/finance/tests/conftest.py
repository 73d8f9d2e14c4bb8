import pytest

from plugins.finance.backend.services.ledger import Ledger
from plugins.finance.backend.services.samples import load_samples


@pytest.fixture
def books() -> Ledger:
    ledger = Ledger()
    load_samples(ledger)
    return ledger
