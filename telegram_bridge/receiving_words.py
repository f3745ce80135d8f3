"""Why a bot doesn't receive, as it is written down: in English, and translated where it is shown."""

from django.utils.translation import gettext_noop

ANOTHER_RECEIVER = gettext_noop("another program receives for this bot with the same token (409)")
REFUSED = gettext_noop("Telegram refuses the token; enter a valid one (@BotFather gives it)")
WEBHOOK_REMOVED = gettext_noop(
    "a webhook was set for this bot; it has been removed, nothing that waits is dropped"
)
UNREADABLE_TOKEN = gettext_noop("The token was saved under another SECRET_KEY; enter it again.")
