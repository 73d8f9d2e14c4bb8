"""
A plugin hosted, switched, configured and called while it serves: what a platform does with ``Host`` beside serving.

Run it with the extras web and store installed. It makes its platform in a folder that goes afterwards.
"""

import asyncio
import tempfile
from pathlib import Path
from textwrap import dedent

from fastapi import FastAPI

from honeyhost import Host, Settings
from honeyhost.errors import CallError, CallFailedError, FunctionNotFoundError, PluginDisabledError, PluginNotFoundError
from honeyhost.store.records import PluginDefaults

NEWSLETTER = {
    "plugin.yaml": """
        name: newsletter
        version: 1.0.0
        plugin: .backend.newsletter:Newsletter
        nav:
          - {label: Newsletter, path: /newsletter}
        capabilities:
          - {slug: newsletter.send, handler: send}
        """,
    "backend/newsletter.py": """
        from typing import Any

        from honeyhost.sdk import HostAPI, Plugin, current_plugin, function


        class Newsletter(Plugin):
            async def init(self, host: HostAPI) -> None:
                self.host = host

            @function()
            async def send(self, subject: str) -> dict[str, Any]:
                return {"subject": subject, "from": self.host.config.get("from", "nobody")}

            @function()
            def running(self) -> str | None:
                return current_plugin()
        """,
}
ONBOARDING = {
    "plugin.yaml": """
        name: onboarding
        version: 1.0.0
        plugin: .backend:Onboarding
        requires_plugins: {newsletter: ">=1"}
        host_permissions:
          - {type: plugin_call, scope: [newsletter.send], purpose: Welcomes new users}
        """,
    "backend/__init__.py": """
        from typing import Any

        from honeyhost.sdk import HostAPI, Plugin, capability, function


        class Onboarding(Plugin):
            async def init(self, host: HostAPI) -> None:
                self.host = host

            @capability("onboard")
            @function("onboard")
            async def welcome(self, user: int) -> Any:
                return await self.host.plugins.call("newsletter", "send", {"subject": f"Welcome, user {user}"})
        """,
}


def write(folder: Path, slug: str, files: dict[str, str]) -> None:
    """
    A plugin folder: to a platform that is all there is to registering one.
    """
    for path, text in files.items():
        target = folder / "plugins" / slug / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip(), encoding="utf-8")


async def refused(host: Host, plugin: str, function: str, **args: object) -> CallError:
    """
    The error that a call comes to.
    """
    try:
        answer = await host.call(plugin, function, args)
    except CallError as error:
        return error
    raise AssertionError(answer)


def consent(host: Host) -> None:
    """
    What the operator grants: a plugin that asks for something waits until it was answered. ``honeyhost grant`` does the same.
    """
    grants = {"plugin_call:newsletter.send": {"by": "ada"}}
    host.stores.changes("ada").set_grants(
        "onboarding", grants, None, defaults=PluginDefaults(slug="onboarding", version="1.0.0")
    )


async def use(host: Host) -> None:
    """
    Switch, configure, call.
    """
    # Toggle and configure while it serves; what is written down here holds in every process, and after a restart.
    await host.set_enabled("newsletter", enabled=False, actor="ada")
    await host.configure("newsletter", {"from": "news@acme.example", "double_optin": True}, actor="ada")
    await host.set_enabled("newsletter", enabled=True, actor="ada")

    # Call a function by name. Its arguments are given by name, and answers come as they are.
    sent = await host.call("newsletter", "send", {"subject": "November"})
    assert sent == {"subject": "November", "from": "news@acme.example"}
    assert await host.call("newsletter", "running") == "newsletter"

    # A plugin calls another one through the host that it was given, as far as that was granted.
    welcome = await host.call("onboarding", "onboard", {"user": 42})
    assert welcome["subject"] == "Welcome, user 42"

    # What plugins publish as capabilities is run by its slug, whoever answers.
    assert host.capabilities == ("newsletter.send", "onboard")
    out = await host.run_capability("onboard", {"user": 42})
    assert out["subject"] == "Welcome, user 42"

    # Entries of the sidebar come and go with their plugin.
    assert [entry.plugin for entry in host.live.nav] == ["newsletter"]

    # Whatever goes wrong is an error of its own; each says what to do next.
    unknown = await refused(host, "newsleter", "send")
    assert (type(unknown), unknown.hint) == (PluginNotFoundError, "did you mean 'newsletter'?")
    missing = await refused(host, "newsletter", "sned")
    assert (type(missing), missing.hint) == (FunctionNotFoundError, "did you mean 'send'?")
    wrong = await refused(host, "newsletter", "send", topic="November")
    assert isinstance(wrong, CallFailedError)
    assert wrong.params["arguments"]  # none of the plugin's code ran

    await host.set_enabled("newsletter", enabled=False, actor="ada")
    off = await refused(host, "newsletter", "send", subject="December")
    assert (type(off), off.params["state"]) == (PluginDisabledError, "disabled")
    inner = await refused(host, "onboarding", "onboard", user=43)
    assert isinstance(inner.__cause__, PluginDisabledError)
    assert inner.__cause__.params["caller"] == "onboarding"
    assert (host.capabilities, list(host.live.nav)) == (("onboard",), [])


async def main() -> None:
    """
    A platform with both plugins, from its start to its end.
    """
    with tempfile.TemporaryDirectory(prefix="honeyhost-usage-") as name:
        folder = Path(name)
        write(folder, "newsletter", NEWSLETTER)
        write(folder, "onboarding", ONBOARDING)
        host = Host(Settings(install_dir=folder, data_dir=folder / "data"))
        consent(host)
        app = FastAPI(lifespan=host.lifespan)
        detach = host.attach(app)
        async with app.router.lifespan_context(app):
            await use(host)
        detach()


if __name__ == "__main__":
    asyncio.run(main())
