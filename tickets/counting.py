"""Counts that ride along in the query that needs them."""

from django.db.models import IntegerField, Subquery


class CountOf(Subquery):
    """The number of rows of a query, in the query that needs it."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
