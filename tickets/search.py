"""How words are found: Russian and English stems at once, е and ё as one letter.

PostgreSQL's text search: https://www.postgresql.org/docs/current/textsearch.html
"""

import re

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func

MOST_WORDS = 12


class CombinedSearchVector(Func):
    """The tsvector that `Message.search` keeps: both stemmers over the folded text."""

    template = (
        "(to_tsvector('russian'::regconfig, replace(lower(%(expressions)s), 'ё', 'е')) || "
        "to_tsvector('english'::regconfig, replace(lower(%(expressions)s), 'ё', 'е')))"
    )
    output_field = SearchVectorField()


def search_query(words: list[str]) -> SearchQuery:
    """The tsquery for all of `words` under either stemmer; each word also finds what begins with it."""
    query = " & ".join(f"'{word}':*" for word in words)
    russian = SearchQuery(query, config="russian", search_type="raw")
    return russian | SearchQuery(query, config="english", search_type="raw")


def phrase_query(phrase: str) -> SearchQuery:
    """The tsquery for words that follow each other, under either stemmer."""
    russian = SearchQuery(fold(phrase), config="russian", search_type="phrase")
    return russian | SearchQuery(fold(phrase), config="english", search_type="phrase")


def fold(text: str) -> str:
    """`text` as it is compared: lower case, ё as е, one space between words."""
    return " ".join(text.lower().replace("ё", "е").split())


def words_of(text: str) -> list[str]:
    """The words to look for, without the characters that mean something to a tsquery; at most twelve."""
    return re.findall(r"\w+", fold(text))[:MOST_WORDS]
