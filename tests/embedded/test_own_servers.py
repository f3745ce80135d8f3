"""The fixtures that crash tests stand on."""

import pytest
import redis

from tests.processes import OwnServers, Processes


@pytest.mark.crash
def test_a_test_can_kill_its_own_servers_and_finds_its_rows_after_the_next_start(
    own_servers: OwnServers,
) -> None:
    own_servers.query("CREATE TABLE note (text text)")
    own_servers.query("INSERT INTO note VALUES (%s)", "committed")
    port = own_servers.postgres.port
    own_servers.postgres.kill()
    own_servers.valkey.kill()
    own_servers.postgres.start()
    own_servers.valkey.start()
    assert own_servers.postgres.port == port
    assert own_servers.query("SELECT text FROM note") == [("committed",)]
    with redis.Redis.from_url(own_servers.valkey.url) as client:
        assert client.ping()


@pytest.mark.crash
def test_a_web_process_serves_this_workers_database(processes: Processes) -> None:
    web = processes.web(own=True)
    before = web.pid
    web.kill()
    web.start()
    assert web.pid != before
    assert web.stop() == 0
