"""The project: settings, URLs, the ASGI entry, start-up checks and health. No business rule lives here."""
