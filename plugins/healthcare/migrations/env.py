"""
How Alembic runs a step by hand, for the author of one: ``alembic -x url=sqlite:///scratch.db upgrade head``.

The host makes the steps of an installed plugin itself, on a connection of its own, and does not run this file.
"""

from alembic import context
from sqlalchemy import create_engine

with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as connection:
    context.configure(connection=connection, version_table="hh_alembic_healthcare")
    context.run_migrations()
