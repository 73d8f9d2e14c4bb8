"""
The compiler's child process: imports plugins and writes down what they bring, so that the parent need not import them.

It reads one JSON request from standard input and answers in JSON lines on the standard output that it was started with.
Plugins get another standard output: whatever they print goes nowhere. Every answer is written before the next plugin is
touched, so that the parent knows which one was at work when the child ended.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.site import Site
from honeyhost.errors import HoneyhostError
from honeyhost.manager.building import build_plugin, describe
from honeyhost.manager.spec import PluginSpec
from honeyhost.runtimes import install_namespace

Say = Callable[[str, Any], None]


def main() -> None:
    """
    Answer one request.
    """
    say = _channel()
    request = json.load(sys.stdin)
    sys.path[:] = request["path"]
    install_namespace([Path(root) for root in request["roots"]])
    site = Site(app=FastAPI(), prefix=Prefix.parse(request["prefix"]))
    say("ready", None)
    for document in request["plugins"]:
        spec = PluginSpec.from_json(document)
        say("started", spec.slug)
        _compile(spec, site, say)
    say("done", None)
    sys.stdout.flush()
    os._exit(0)  # a plugin's threads and exit handlers must not keep the child


def _compile(spec: PluginSpec, site: Site, say: Say) -> None:
    try:
        compiled = describe(build_plugin(spec, site))
    except HoneyhostError as error:
        say("failed", {"slug": spec.slug, "kind": type(error).__name__, "message": error.message, "hint": error.hint})
    else:
        say("compiled", compiled.to_json())


def _channel() -> Say:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)

    def say(word: str, value: Any) -> None:
        answers.write(json.dumps([word, value]) + "\n")
        answers.flush()

    return say


if __name__ == "__main__":
    main()
