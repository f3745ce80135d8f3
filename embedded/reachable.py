"""Whether a server that a setting names can be reached, asked before anything is started."""

import urllib.error
import urllib.request

import psycopg
import redis as redis_client

from embedded.processes import StartFailed


def postgres(url: str) -> None:
    """Raises StartFailed, naming DATABASE_URL, when that server can't be used."""
    address = "postgresql://" + url.split("://", 1)[-1]
    try:
        psycopg.connect(address, connect_timeout=5).close()
    except psycopg.Error as error:
        raise StartFailed(f"DATABASE_URL names a database that can't be used: {error}") from error


def redis(url: str) -> None:
    """Raises StartFailed, naming REDIS_URL, when that server can't be used."""
    try:
        with redis_client.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except (redis_client.RedisError, ValueError) as error:
        raise StartFailed(f"REDIS_URL names a server that can't be used: {error}") from error


def over_http(url: str) -> bool:
    """Whether a GET of the address on loopback is answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310  (the caller's own http:// address)
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False
