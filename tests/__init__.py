"""Tests: real PostgreSQL, real Redis protocol, real HTTP, a real browser."""
