"""`python -m telegram_simulator`: listens until Ctrl-C or SIGTERM."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path

from telegram_simulator.errors import Refused
from telegram_simulator.server import Server


def main() -> int:
    arguments = _arguments()
    tokens = arguments.token or os.environ.get("TELEGRAM_BOT_TOKEN", "").split()
    if not tokens:
        return _fail(
            "Which bot? Give its token with --token or in TELEGRAM_BOT_TOKEN, for example 1000001:ABC."
        )
    with contextlib.ExitStack() as stack:
        state = arguments.state or stack.enter_context(tempfile.TemporaryDirectory(prefix="telegram-"))
        try:
            asyncio.run(_serve(arguments, Path(state), tokens))
        except Refused as refused:
            return _fail(str(refused))
        except OSError as error:
            return _fail(f"Can't listen on {arguments.host}:{arguments.port}: {error.strerror or error}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="telegram_simulator", description="A Telegram to play with.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 takes any free one")
    parser.add_argument(
        "--token", action="append", help="a bot's token, repeatable; otherwise TELEGRAM_BOT_TOKEN"
    )
    parser.add_argument(
        "--local",
        action="store_true",
        help="as an own Bot API server: files by their path",
    )
    parser.add_argument(
        "--state", help="the folder that keeps the chats; without it they are gone at the end"
    )
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace, state: Path, tokens: list[str]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    server = Server(state, tokens, local=arguments.local)
    try:
        await server.start(arguments.host, arguments.port)
        sys.stdout.write(f"Telegram simulator: {server.url}/\n")
        sys.stdout.flush()
        await stopped.wait()
    finally:
        await server.stop()


def _fail(words: str) -> int:
    sys.stderr.write(words + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
