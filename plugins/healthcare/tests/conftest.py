from collections.abc import Iterator

import pytest

from plugins.healthcare.backend.services.clinic import Clinic, load_samples
from plugins.healthcare.backend.services.database import Database


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    database = Database()
    clinic = Clinic.over(database)
    load_samples(clinic)
    yield clinic
    database.close()
