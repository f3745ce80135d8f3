"""The channels of PostgreSQL's NOTIFY between the web processes and the bots' process."""

UPDATES = "helpdesk_updates"  # "<bot's row>:<chat>": an update was stored
BOTS = "helpdesk_bots"  # a bot was added or changed
TYPING = "helpdesk_typing"  # {"bot": its row, "chat": id}: staff type an answer
