"""The emoji that a bot may react with; Telegram refuses any other.

https://core.telegram.org/bots/api#reactiontypeemoji (Bot API 10.0)
"""

_LIST = """
    ❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐
    🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾
    🤷‍♂ 🤷 🤷‍♀ 😡
"""
REACTIONS = tuple(_LIST.split())
VARIATION = "\ufe0f"  # asks for a coloured picture; Telegram leaves it out


def reaction_of(emoji: str) -> str | None:
    """The emoji as Telegram's list has it; None when it is not on it."""
    bare = emoji.strip().replace(VARIATION, "")
    return bare if bare in REACTIONS else None
