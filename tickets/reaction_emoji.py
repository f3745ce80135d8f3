"""What a bot may react with. https://core.telegram.org/bots/api#reactiontypeemoji"""

# The first ones are offered at once, the others on request.
QUICK = ["👍", "❤", "🔥", "🎉", "👏", "🙏"]
OTHERS = """
    👎 🥰 😁 🤔 🤯 😱 🤬 😢 🤩 🤮 💩 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈
    😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
""".split()  # noqa: SIM905  (a picture of the list, not seventy lines)
ALLOWED = frozenset([*QUICK, *OTHERS])
