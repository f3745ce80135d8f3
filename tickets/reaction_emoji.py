"""What a bot may react with. https://core.telegram.org/bots/api#reactiontypeemoji"""

# The first ones are offered at once, the others on request.
QUICK = ["👍", "❤", "🔥", "🎉", "👏", "🙏"]
OTHERS = """
    👎 🥰 😁 🤔 🤯 😱 🤬 😢 🤩 🤮 💩 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈
    😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
""".split()  # noqa: SIM905  (a picture of the list, not seventy lines)
ALLOWED = frozenset([*QUICK, *OTHERS])
VARIATION = "\ufe0f"  # asks for a coloured picture; Telegram leaves it out


def reaction_of(emoji: str) -> str | None:
    """The emoji as Telegram's list has it; None when it is not on it."""
    bare = emoji.strip().replace(VARIATION, "")
    return bare if bare in ALLOWED else None
