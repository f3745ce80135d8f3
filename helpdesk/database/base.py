"""PostgreSQL whose pool recovers at once when the server was restarted.

A restart breaks every connection that waits in the pool. psycopg_pool 3.3 finds the broken ones one by one,
as they are asked for, and between two of them it waits: 1 s, 2 s, 4 s. So the first pages after a restart
took 7 seconds, or failed after the pool's time-out of 10. Here the first broken one has all looked at.
"""

from typing import Any, ClassVar

import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class Pool(ConnectionPool):
    def __init__(self, **options: Any) -> None:
        super().__init__(check=self._look_at, **options)

    def _look_at(self, connection: psycopg.Connection[Any]) -> None:
        """Called before a connection is handed out. Raises when it is broken, as all of its age may be."""
        try:
            self.check_connection(connection)
        except psycopg.Error:
            self.check()
            raise


class DatabaseWrapper(base.DatabaseWrapper):
    # Django's own, which its types don't know.
    _connection_pools: ClassVar[dict[str, ConnectionPool]]
    _configure_connection: Any

    @property
    def pool(self) -> ConnectionPool | None:
        """As Django makes it, which offers no way to name another class."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            pool = Pool(
                kwargs={**self.get_connection_params(), "autocommit": True},
                open=False,
                configure=self._configure_connection,
                **options,
            )
            self._connection_pools.setdefault(self.alias, pool)
        return self._connection_pools[self.alias]
