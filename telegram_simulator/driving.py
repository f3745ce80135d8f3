"""The control API by program: bots, faults, limits, calls, everything that is not one client's doing."""

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import httpx

if TYPE_CHECKING:
    from telegram_simulator.client import SimulatedClient


AT_ONCE = 500  # updates in one request


class Refusal(Exception):
    """The simulator said no, in words."""


class Simulator:
    """One running simulator."""

    def __init__(self, base_url: str) -> None:
        self.url = base_url.rstrip("/")
        self.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False)

    def ask(self, http_method: str, path: str, **more: Any) -> Any:
        """One request below /control/. Raises Refusal."""
        answer = self.http.request(http_method, f"/control/{path}", **more)
        if not answer.is_success:
            raise Refusal(answer.json()["error"] if "json" in answer.headers["content-type"] else answer.text)
        return answer.json()

    def state(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.ask("GET", "state"))

    def add_bot(self, token: str, **names: str) -> dict[str, Any]:
        return cast("dict[str, Any]", self.ask("POST", "bots", json={"token": token} | names))

    def calls(self, method: str = "", *, after: int = 0) -> list[dict[str, Any]]:
        """What bots called, in the order of arrival (`arrived_ns`, `arrived_monotonic_ns`)."""
        found = self.ask("GET", "calls", params={"method": method, "after": after})
        return cast("list[dict[str, Any]]", found)

    def clear_calls(self) -> None:
        self.ask("DELETE", "calls")

    def fault(self, kind: str, **more: Any) -> dict[str, Any]:
        """Switches a fault on, see faults.py: `fault("error", method="sendMessage", code=403)`."""
        return cast("dict[str, Any]", self.ask("POST", "faults", json={"kind": kind} | more))

    def clear_faults(self) -> None:
        self.ask("DELETE", "faults")

    def release(self) -> None:
        """Lets the answers go that a fault of kind `hold` keeps, and updates that are kept back."""
        self.ask("POST", "release")

    def duplicate_updates(self, times: int = 1) -> None:
        self.ask("POST", "duplicates", json={"times": times})

    def send_raw_update(self, raw: dict[str, Any] | str, *, lane: int = 0, bot: int | None = None) -> int:
        """Hands the bot an object, or text in which $UPDATE_ID becomes the number. Returns the number."""
        more = {"params": {"bot": bot}} if bot else {}
        answer = self.ask("POST", "updates", json={"raw": raw, "lane": lane}, **more)
        return int(answer["update_id"])

    def send_raw_updates(
        self, many: Sequence[dict[str, Any] | str], *, lane: int = 0, bot: int | None = None
    ) -> list[int]:
        """Thousands at once, in their order. Returns their numbers."""
        more = {"params": {"bot": bot}} if bot else {}
        numbers: list[int] = []
        for begin in range(0, len(many), AT_ONCE):
            body = {"many": list(many[begin : begin + AT_ONCE]), "lane": lane}
            numbers += self.ask("POST", "updates", json=body, **more)["update_ids"]
        return numbers

    def late_update(self, skip: int = 0, seconds: float | None = None) -> None:
        """The next update but `skip` comes that much later; without `seconds`: when `release` is called."""
        self.ask("POST", "late", json={"skip": skip, "seconds": seconds})

    def shuffle_updates(self, number: int, *, seed: int = 0) -> None:
        """The next `number` updates wait for each other and come in another order."""
        self.ask("POST", "shuffle", json={"next": number, "seed": seed})

    def chaos(self, methods: dict[str, dict[str, float]], *, seed: int = 0, **more: Any) -> None:
        """Random faults, see chaos.py: `chaos({"sendMessage": {"drop_after": 0.05, "429": 0.02}})`."""
        self.ask("POST", "chaos", json={"methods": methods, "seed": seed} | more)

    def end_chaos(self) -> dict[str, int]:
        """Ends it; returns how often each fault was met."""
        met = self.ask("GET", "chaos")["met"]
        self.ask("DELETE", "chaos")
        return cast("dict[str, int]", met)

    def limit(self, **limits: float) -> None:
        """Messages a second, see limits.py: `limit(chat=1, bot=30, burst=3)`; without any: no limit."""
        self.ask("POST", "limits", json=limits)

    def set(self, **settings: Any) -> dict[str, Any]:
        """See settings.py: `set(strict=False)`, `set(local=True)`, `set(ahead=48 * 3600)`."""
        return cast("dict[str, Any]", self.ask("POST", "settings", json=settings))

    def set_bot_photo(self, content: bytes, bot: int | None = None) -> None:
        number = bot or self.state()["bots"][0]["id"]
        self.ask("POST", f"bots/{number}/photo", files={"file": ("avatar.png", content, "image/png")})

    def reset(self, *, populate: bool = True) -> None:
        self.ask("POST", "reset", json={"populate": populate})

    def client(
        self, user_id: int | None = None, first_name: str = "Client", **more: Any
    ) -> "SimulatedClient":
        from telegram_simulator.client import SimulatedClient

        return SimulatedClient(self.url, user_id, first_name, **more)

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
