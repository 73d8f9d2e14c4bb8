"""
The stores: every table of one database, and the way to change them.
"""

from honeyhost.store import PluginDefaults
from honeyhost.store.database import Database
from honeyhost.store.records import InstanceReport
from honeyhost.store.stores import Stores


def test_all_tables_and_all_changes_are_of_one_database(database, clock):
    stores = Stores(database)
    stores.plugins.register([PluginDefaults(slug="healthcare")])
    changes = stores.changes("cli:ada")

    changes.set_enabled("healthcare", False)
    changes.add_member("doctors", "ada")
    issued = changes.create_token("deploy")
    _opened, cookie = stores.sessions.open(issued.record.id, clock.now.replace(year=clock.now.year + 100))
    moment = clock.now
    report = InstanceReport(
        id="a",
        node="a",
        pid=1,
        started_at=moment,
        seen_at=moment,
        host_version="1",
        python="3",
        revision=stores.database.revision(),
    )
    stores.instances.report(report)

    assert stores.plugins.get("healthcare").enabled is False
    assert stores.catalog.groups_of("ada") == {"doctors"}
    assert stores.tokens.verify(issued.secret).id == issued.record.id
    assert stores.sessions.verify(cookie)[1].id == issued.record.id
    assert stores.instances.all() == (report,)
    assert [record.action for record in stores.audit.all()] == ["token.create", "group.add-member", "plugin.disable"]
    assert {record.actor for record in stores.audit.all()} == {"cli:ada"}


def test_making_them_opens_nothing(tmp_path):
    stores = Stores(Database(f"sqlite:///{tmp_path}/data/honeyhost.db"))
    stores.changes("cli:ada")

    assert list(tmp_path.iterdir()) == []
