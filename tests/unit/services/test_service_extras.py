"""
Services whose libraries are not installed.
"""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
for name in sys.argv[2].split(","):
    sys.modules[name] = None
from honeyhost.errors import MissingExtraError
from honeyhost.services import Services, ServiceSettings
services = Services(ServiceSettings(cache_url=sys.argv[3]))
try:
    getattr(services, sys.argv[1])
except MissingExtraError as error:
    print(error, error.hint, sep="|")
"""


@pytest.mark.parametrize(
    ("service", "absent", "said"),
    [
        (
            "http",
            "httpcore",
            "a request to another server needs the extra 'http', and the module 'httpcore' is not installed|pip install 'honeyhost[http]'",
        ),
        (
            "mailer",
            "aiosmtplib",
            "e-mail needs the extra 'mail', and the module 'aiosmtplib' is not installed|pip install 'honeyhost[mail]'",
        ),
        (
            "cache",
            "cashews",
            "the cache of plugins needs the extra 'cache', and the module 'cashews' is not installed|pip install 'honeyhost[cache]'",
        ),
        (
            "cache",
            "redis",
            "a cache in Redis needs the extra 'redis', and the module 'redis' is not installed|pip install 'honeyhost[redis]'",
        ),
    ],
)
def test_a_missing_library_is_said_with_its_extra(service, absent, said):
    command = [sys.executable, "-W", "error", "-c", PROGRAM, service, absent, "redis://127.0.0.1:6379"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == said


def test_no_library_of_a_service_is_imported_before_it_is_asked_for():
    program = "import sys, honeyhost.services, honeyhost.manager.given; print(sorted({'httpcore', 'httpx', 'cashews', 'aiosmtplib', 'redis'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
