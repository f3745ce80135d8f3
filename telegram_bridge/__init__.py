"""Telegram in and out. The only room that imports `telegram`."""
