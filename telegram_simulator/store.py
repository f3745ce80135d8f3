"""Keeps the simulated world on disk as JSON documents in one SQLite file, so that chats survive a restart.

Each write is a transaction of its own. It survives the end of this process in any way; only a power cut may
cost the last moments, which is no matter for a simulator.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Store:
    """Documents by kind and key. The thread that made it is the only one that may use it."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS document (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))"
        )

    def save(self, kind: str, key: object, value: Any) -> None:
        """Puts the document there; an earlier one of that key is replaced and keeps its place."""
        self._db.execute(
            "INSERT INTO document VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
            (kind, str(key), json.dumps(value)),
        )

    def delete(self, kind: str, key: object) -> None:
        self._db.execute("DELETE FROM document WHERE kind = ? AND key = ?", (kind, str(key)))

    def delete_all(self, kind: str) -> None:
        self._db.execute("DELETE FROM document WHERE kind = ?", (kind,))

    def all(self, kind: str) -> Iterator[Any]:
        """Every document of `kind`, the first saved first."""
        rows = self._db.execute("SELECT value FROM document WHERE kind = ? ORDER BY rowid", (kind,))
        return (json.loads(value) for (value,) in rows.fetchall())

    def close(self) -> None:
        self._db.close()
