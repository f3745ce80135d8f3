"""A Telegram to play with: a Bot API server on loopback, and a page on which one is the client.

Run it: `TELEGRAM_BOT_TOKEN=1000001:ABC… python -m telegram_simulator --port 8081`.
In tests: `telegram_simulator.testing.running_simulator()`; the client's side by program: `.client`.
It keeps the rules of the real server (limits, errors, order, what is confirmed when), since what passes here
is to pass there. It imports nothing of the helpdesk and is never part of a production image.
"""
