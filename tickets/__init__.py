"""The domain and the staff's pages. The only room that changes a ticket (see operations.py)."""
