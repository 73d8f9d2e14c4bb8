"""
Plugin folders that are changed under a real server, which takes them up.
"""

import asyncio
import logging
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hosting import serving
from workers import LIMIT, served, until

from honeyhost import Host, Settings
from honeyhost.errors import MissingExtraError

API = """
from fastapi import APIRouter

router = APIRouter()


@router.get("/word")
async def word() -> str:
    return {word!r}
"""
MANIFEST = {"routers": [{"router": ".backend.api:router", "public": True}]}


def api(word):
    return API.format(word=word)


@dataclass
class Place:
    """
    A served platform, and what its plugins answer.
    """

    platform: object
    address: str

    def add(self, slug, word, **options):
        return self.platform.add(slug, MANIFEST, files={"backend/api.py": api(word)}, **options)

    def word(self, slug):
        answer = httpx.get(f"http://{self.address}/api/plugins/{slug}/word", timeout=LIMIT, trust_env=False)
        return answer.json() if answer.status_code == 200 else answer.status_code

    def becomes(self, slug, wanted):
        until(lambda: self.word(slug) == wanted, what=f"{slug} answers {wanted}")


@contextmanager
def place_of(platform, **settings):
    host = Host(Settings(watch=True, **settings))
    app = FastAPI(lifespan=host.lifespan)
    with serving(app) as address:
        yield Place(platform, address)


@pytest.fixture
def place(platform):
    with ExitStack() as stack:
        platform.add("clinic", MANIFEST, files={"backend/api.py": api("one")})
        found = stack.enter_context(place_of(platform))
        assert found.word("clinic") == "one"
        yield found


@pytest.fixture
def clinic(platform):
    return platform.install / "plugins" / "clinic"


def test_an_edited_file_answers_anew(place, clinic, caplog):
    caplog.set_level(logging.INFO, "honeyhost")
    for word in ("two", "three"):
        (clinic / "backend" / "api.py").write_text(api(word))
        place.becomes("clinic", word)
    assert "taking up changes of clinic" in caplog.messages


def test_a_new_folder_answers_and_a_removed_one_does_not(place):
    folder = place.add("finance", "money")
    place.becomes("finance", "money")
    shutil.rmtree(folder)
    place.becomes("finance", 404)
    assert place.word("clinic") == "one"


def test_a_renamed_folder_answers_under_its_new_name(place, clinic):
    clinic.rename(clinic.with_name("practice"))
    manifest = clinic.with_name("practice") / "plugin.yaml"
    manifest.write_text(manifest.read_text().replace("clinic", "practice"))
    place.becomes("practice", "one")
    place.becomes("clinic", 404)


def test_a_file_that_an_editor_puts_in_place_of_the_old_is_taken_up(place, clinic):
    fresh = clinic / "backend" / ".api.py.new"
    fresh.write_text(api("two"))
    fresh.replace(clinic / "backend" / "api.py")
    place.becomes("clinic", "two")


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_and_the_mended_one_is_taken_up(place, clinic, caplog):
    file = clinic / "backend" / "api.py"
    file.write_text(api("two") + "\n\ndef broken(:\n")

    said = (
        "plugin 'clinic' was not taken up anew: plugin 'clinic' could not be imported: "
        "plugins.clinic.backend.api raised SyntaxError: invalid syntax (api.py, line 12)"
    )
    until(lambda: said in caplog.messages, what="the failure is logged with its place")
    assert place.word("clinic") == "one"
    file.write_text(api("three"))
    place.becomes("clinic", "three")


def test_a_customer_root_that_is_made_later_is_watched(place, platform):
    assert not (platform.data / "plugins").exists()
    folder = place.add("finance", "money", customer=True)
    place.becomes("finance", "money")
    (folder / "backend" / "api.py").write_text(api("more money"))
    place.becomes("finance", "more money")
    shutil.rmtree(platform.data / "plugins")
    place.becomes("finance", 404)
    place.add("finance", "new money", customer=True)
    place.becomes("finance", "new money")


def test_a_linked_folder_is_watched_through_its_link(place, platform, tmp_path):
    folder = place.add("finance", "money")
    elsewhere = folder.rename(tmp_path / "elsewhere")
    (platform.install / "plugins" / "finance").symlink_to(elsewhere)
    place.becomes("finance", "money")
    (elsewhere / "backend" / "api.py").write_text(api("more money"))
    place.becomes("finance", "more money")


def test_without_the_library_the_application_does_not_start(platform, monkeypatch):
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    host = Host(Settings(watch=True))
    app = FastAPI(lifespan=host.lifespan)

    async def start():
        async with host.lifespan(app):
            pass

    with pytest.raises(MissingExtraError, match="watching the plugin folders needs the extra 'watch'"):
        asyncio.run(start())


@pytest.mark.parametrize("words", [["serve", "--watch"], ["dev"]])
def test_without_the_library_the_program_names_the_line_that_installs_it(platform, words):
    code = "import sys; sys.modules['watchfiles'] = None\nfrom honeyhost.__main__ import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", code, *words, "--port", "0"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "error[missing-extra]: watching the plugin folders needs the extra 'watch', and the module 'watchfiles' is not installed",
        "help: pip install 'honeyhost[watch]'",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "words"), [("serve", ["--watch"]), ("dev", []), ("dev", ["--workers", "2"])])
def test_the_program_takes_up_changes_and_says_so(platform, command, words):
    file: Path = platform.add("clinic", MANIFEST, files={"backend/api.py": api("one")}) / "backend" / "api.py"
    with served(*words, command=command) as running:
        place = Place(platform, running.address.removeprefix("http://"))
        assert place.word("clinic") == "one"
        file.write_text(api("two"))
        place.becomes("clinic", "two")
        until(lambda: "INFO:     taking up changes of clinic\n" in running.told(), what="it says so")


@pytest.mark.slow
def test_a_server_that_does_not_watch_takes_up_nothing(platform):
    file: Path = platform.add("clinic", MANIFEST, files={"backend/api.py": api("one")}) / "backend" / "api.py"
    with served() as running:
        place = Place(platform, running.address.removeprefix("http://"))
        assert place.word("clinic") == "one"
        file.write_text(api("two"))
        assert place.word("clinic") == "one"
        assert "taking up changes" not in running.told()
