"""What staff taught the desk to do by itself. Knows nothing of Telegram's transport."""
