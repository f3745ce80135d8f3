"""PostgreSQL by our own runner: starts, keeps its data, survives a crash, and says what is wrong."""

import os
import socket
from pathlib import Path

import psutil
import psycopg
import pytest

from embedded import Place, Postgres, StartFailed
from tests.embedded.conftest import AS_ROOT


def test_it_starts_and_handles_cyrillic(place: Place) -> None:
    postgres = Postgres(place, durable=False)
    with psycopg.connect(postgres.start()) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute(
            "SELECT cardinality(show_trgm('Привет')), lower('ЁЖ'), 'Ёж' ILIKE 'ёЖ',"
            " to_tsvector('russian', 'заказы') @@ to_tsquery('russian', 'заказ')"
        ).fetchone()
    postgres.stop()
    assert row == (7, "ёж", True, True)


def test_data_and_port_are_found_again_at_the_next_start(state: Path) -> None:
    with Place(state) as place:
        postgres = Postgres(place, durable=False)
        first = postgres.start()
        _write(first, "kept")
        postgres.stop()
    with Place(state) as place:
        postgres = Postgres(place, durable=False)
        second = postgres.start()
        assert _read(second) == ["kept"]
        assert second == first
        postgres.stop()


def test_what_was_committed_before_kill_9_is_there_after_the_next_start(place: Place) -> None:
    postgres = Postgres(place)
    _write(postgres.start(), "committed")
    postgres.kill()
    assert (place.home / "postgres/data/postmaster.pid").exists()
    assert _read(postgres.start()) == ["committed"]
    postgres.stop()


def test_a_lock_file_whose_pid_another_program_got_stops_nobody(place: Place) -> None:
    postgres = Postgres(place, durable=False)
    postgres.start()
    postgres.stop()
    lock = place.home / "postgres/data/postmaster.pid"
    lock.write_text(f"{os.getppid()}\n/elsewhere\n")
    postgres.start()
    postgres.stop()


def test_a_port_taken_meanwhile_is_left_for_another(state: Path) -> None:
    with Place(state) as place:
        postgres = Postgres(place, durable=False)
        postgres.start()
        postgres.stop()
        port = postgres.port
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", port))
            other.listen()
            postgres.start()
            assert postgres.port != port
            postgres.stop()


def test_a_first_start_that_was_cut_off_begins_anew(place: Place) -> None:
    half = place.folder("postgres") / "data.half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    postgres = Postgres(place, durable=False)
    _write(postgres.start(), "fine")
    postgres.stop()


def test_a_database_of_another_major_version_is_refused_with_words(place: Place) -> None:
    data = place.folder("postgres") / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(StartFailed, match="was made by PostgreSQL 17, and the one installed is 18"):
        Postgres(place).start()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_password_of_another_database_is_named(place: Place) -> None:
    postgres = Postgres(place, durable=False)
    postgres.start()
    postgres.stop()
    (place.state / "postgres-password").write_text("another\n")
    with pytest.raises(StartFailed, match="postgres-password"):
        postgres.start()
    postgres.stop()


def test_a_path_longer_than_a_unix_socket_allows_and_spaces_are_fine(state: Path) -> None:
    with Place(state / ("long name " * 15) / "var") as place:
        postgres = Postgres(place, durable=False)
        _write(postgres.start(), "far away")
        postgres.stop()


def test_nobody_gets_in_without_the_password_that_its_owner_alone_can_read(place: Place) -> None:
    postgres = Postgres(place, durable=False)
    url = postgres.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(postgres._password(), "guessed"))
    assert (place.state / "postgres-password").stat().st_mode & 0o777 == 0o600
    assert postgres._password() not in " ".join(psutil.Process(postgres.child.pid).cmdline())  # type: ignore[union-attr]
    postgres.stop()


@AS_ROOT
def test_as_root_in_a_closed_home_it_runs_and_opens_no_folder(closed_home: Path) -> None:
    before = _permissions(closed_home)
    with Place(closed_home / "var") as place:
        postgres = Postgres(place, durable=False)
        _write(postgres.start(), "behind a door")
        assert postgres.child is not None
        assert psutil.Process(postgres.child.pid).uids().real != 0
        postgres.stop()
    assert _permissions(closed_home) == before
    with Place(closed_home / "var") as place:
        postgres = Postgres(place, durable=False)
        assert _read(postgres.start()) == ["behind a door"]
        postgres.stop()


@AS_ROOT
def test_programs_that_the_servers_user_cannot_reach_are_copied_once(closed_home: Path, place: Place) -> None:
    package = closed_home / "package"
    (package / "bin").mkdir(parents=True)
    program = package / "bin" / "tool"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o700)
    assert place.account is not None
    inside = Path("package/bin/tool")
    copied = place.binaries(package, probe=inside)
    assert copied.is_relative_to(place.home)
    assert place.account.can("x", copied / inside)
    assert place.binaries(package, probe=inside) == copied


def _permissions(folder: Path) -> list[tuple[str, int, int]]:
    parents = [folder, *folder.parents, Path("/var/lib"), Path("/var/lib").parent]
    return [(str(path), path.stat().st_mode, path.stat().st_uid) for path in parents]


def _write(url: str, text: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def _read(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note").fetchall()]
