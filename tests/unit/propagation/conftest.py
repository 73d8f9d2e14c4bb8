import pytest
from schemas import postgres_schema


@pytest.fixture
def postgres_url():
    with postgres_schema() as url:
        yield url
