"""Which errors of the database pass by themselves, and which are the fault of what was to be written."""

import psycopg
from django.db import Error, InterfaceError, OperationalError
from procrastinate.exceptions import ConnectorException

# SQLSTATE classes: connection, transaction rollback (deadlock), resources, intervention, system.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
PASSING_CLASSES = ("08", "40", "53", "57", "58")
PASSING_CODES = {"55P03", "25006"}  # a lock that was not available; a server that is read-only for now


def passes(error: BaseException) -> bool:
    """Whether the same thing may succeed a little later: the server restarts, a deadlock, a full disk.

    PostgreSQL also reports limits of a value as operational errors (a text too long to index): those stay.
    """
    if isinstance(error, ConnectorException):
        # Met while a job was queued, and told in procrastinate's own words.
        faults: tuple[type[BaseException], ...] = (psycopg.OperationalError, psycopg.InterfaceError)
        may_pass = isinstance(error.__cause__, faults)
    elif isinstance(error, Error):
        may_pass = isinstance(error, OperationalError | InterfaceError)
    else:
        return False
    code = getattr(error.__cause__, "sqlstate", None)
    if code is None:
        # Nothing from the server: the connection is gone, or the pool had none to give in time.
        return may_pass
    return is_passing_code(str(code))


def is_passing_code(sqlstate: str) -> bool:
    return sqlstate.startswith(PASSING_CLASSES) or sqlstate in PASSING_CODES
