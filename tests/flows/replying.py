"""`python -m tests.flows.replying 40 0.1`: an employee who answers the only ticket so often, so many seconds
apart, and presses Send again (the same form) when the database is away."""

import os
import sys
import time
import uuid

import django
from django.db import Error, connection


def main(count: int, pause: float) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    django.setup()
    from staff.models import User
    from tickets import operations
    from tickets.content import Content
    from tickets.models import Ticket

    anna = User.objects.create_user("anna")
    ticket = operations.take(Ticket.objects.get(), staff=anna)
    for number in range(count):
        key = uuid.uuid4()
        while True:
            try:
                operations.reply(ticket, staff=anna, content=Content(text=f"answer {number}"), key=key)
                break
            except Error:
                connection.close()
                time.sleep(0.1)
        time.sleep(pause)
    sys.stdout.write("all answered\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
