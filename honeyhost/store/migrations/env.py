"""
How Alembic runs a step: on the connection of the store, in the store's transaction. It executes this file itself.
"""

from alembic import context

from honeyhost.store.schema import METADATA, VERSION_TABLE

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, version_table=VERSION_TABLE, render_as_batch=True)
context.run_migrations()
