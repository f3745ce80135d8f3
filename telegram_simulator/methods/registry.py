"""Finds the function of a method by its name, in any case, as the real server does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from telegram_simulator.parameters import Parameters
from telegram_simulator.webhooks import Webhooks
from telegram_simulator.world import Bot, World


@dataclass
class Context:
    """What a method works with."""

    world: World
    webhooks: Webhooks
    bot: Bot
    parameters: Parameters


class Encoded(str):
    """A result that is JSON already."""

    __slots__ = ()


Method = Callable[[Context], Awaitable[Any]]
_methods: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Registers a coroutine function that returns the result, or raises ApiError."""

    def register(function: Method) -> Method:
        _methods[name.lower()] = function
        return function

    return register


def find(name: str) -> Method | None:
    return _methods.get(name.lower())
