"""The ways back up: what a verb has written, told to the rooms above before it commits, and who is typing."""

from django.dispatch import Signal

# Sent inside the transaction, with `change` (a tickets.journal.Change), `events` (the rows of this round, in
# the order they were written) and `level` (0: the verb's own rows; n: what receivers of round n-1 wrote).
# A receiver writes rows in the same transaction and does nothing else; what needs the network is a job.
ticket_changed = Signal()

# Sent every few seconds by the bot's process, outside a transaction, with `now`: what is due is begun.
clock_ticks = Signal()

# Sent when an employee types an answer, with `ticket` (its client loaded). The way to the client is short and
# without promises: a receiver writes nothing and waits for nobody.
staff_types = Signal()
