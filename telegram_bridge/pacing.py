"""When the next message may go, so that Telegram rarely has to say no, and is obeyed when it does (429).

About one message a second in a chat, short bursts pass, and about thirty a second for a bot
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). Exact numbers are not
promised, so a wait that Telegram asks for counts above all. Time is an argument: seconds of a clock that
never goes back. Nothing here sleeps; telegram_bridge/waits.py does.
"""

from dataclasses import dataclass, field

PER_CHAT, CHAT_BURST = 1.0, 5
PER_BOT, BOT_BURST = 30.0, 30
# So many chats of a bot told to wait within so many seconds: it is the bot that sends too much.
CHATS_OF_A_BOT, TOGETHER_SECONDS = 3, 2.0
MOST_CHATS = 10_000


@dataclass
class Bucket:
    """Holds `burst` messages and fills at `per_second`. An album costs each of its items, but may go as soon
    as the bucket is full: what comes after it waits the longer."""

    per_second: float
    burst: int
    full_at: float = 0.0

    def wait(self, items: int, now: float) -> float:
        """Seconds until `items` may go."""
        missing = min(items, self.burst)
        return max(0.0, self.full_at - now - (self.burst - missing) / self.per_second)

    def take(self, items: int, now: float) -> None:
        self.full_at = max(self.full_at, now) + items / self.per_second


@dataclass
class Sender:
    """What is known of one bot: its bucket, the wait it was told, and who was told to wait of late."""

    bucket: Bucket = field(default_factory=lambda: Bucket(PER_BOT, BOT_BURST))
    paused_until: float = 0.0
    told: dict[str, float] = field(default_factory=dict)


@dataclass
class Chat:
    bucket: Bucket = field(default_factory=lambda: Bucket(PER_CHAT, CHAT_BURST))
    paused_until: float = 0.0
    bot_id: int | None = None  # known once something was sent


class Pacer:
    """The buckets of all bots and chats of this process. A chat is named by its lane."""

    def __init__(self) -> None:
        self._bots: dict[int, Sender] = {}
        self._chats: dict[str, Chat] = {}
        self.recalled = False  # whether it knows the waits of before this process

    def wait(self, chat: str, now: float) -> float:
        """Seconds until one more message may go to `chat`; nothing is taken."""
        known = self._chats.get(chat)
        if known is None:
            return 0.0
        sender = self._bots.get(known.bot_id) if known.bot_id is not None else None
        paused_until = max(known.paused_until, sender.paused_until if sender else 0.0)
        return max(0.0, paused_until - now, known.bucket.wait(1, now))

    def take(self, bot_id: int, chat: str, items: int, now: float, *, patience: float) -> float:
        """Seconds until `items` may go; they are taken from both buckets when that is below `patience`."""
        sender, known = self._sender(bot_id), self._chat(chat, now)
        known.bot_id = bot_id
        wait = max(
            0.0,
            known.paused_until - now,
            sender.paused_until - now,
            known.bucket.wait(items, now),
            sender.bucket.wait(items, now),
        )
        if wait < patience:
            known.bucket.take(items, now)
            sender.bucket.take(items, now)
        return wait

    def pause_chat(self, bot_id: int, chat: str, *, until: float, now: float) -> bool:
        """Telegram told `chat` to wait. Whether that goes for the whole bot: others were told as well."""
        sender, known = self._sender(bot_id), self._chat(chat, now)
        known.bot_id, known.paused_until = bot_id, max(known.paused_until, until)
        sender.told = {one: at for one, at in sender.told.items() if at > now - TOGETHER_SECONDS}
        sender.told[chat] = now
        if len(sender.told) < CHATS_OF_A_BOT:
            return False
        self.pause_bot(bot_id, until=until)
        return True

    def recall(self, chat: str, *, until: float, now: float) -> None:
        """A wait of before a restart."""
        known = self._chat(chat, now)
        known.paused_until = max(known.paused_until, until)

    def pause_bot(self, bot_id: int, *, until: float) -> None:
        sender = self._sender(bot_id)
        sender.paused_until = max(sender.paused_until, until)

    def _sender(self, bot_id: int) -> Sender:
        return self._bots.setdefault(bot_id, Sender())

    def _chat(self, chat: str, now: float) -> Chat:
        if chat not in self._chats and len(self._chats) >= MOST_CHATS:
            # A full bucket and no wait: as if never heard of.
            self._chats = {
                lane: one
                for lane, one in self._chats.items()
                if max(one.bucket.full_at, one.paused_until) > now
            }
        return self._chats.setdefault(chat, Chat())
