"""What the admin's pages of every room share: records only looked at, tables never counted through."""

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

MOST_BROWSED = 10_000


class BigTablePaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Counts and shows the newest MOST_BROWSED rows at most: in a table of millions one searches."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[: MOST_BROWSED + 1].count()

    @cached_property
    def num_pages(self) -> int:
        return -(-min(self.count, MOST_BROWSED) // self.per_page) or 1


class BigTable(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    paginator = BigTablePaginator
    show_full_result_count = False
    list_per_page = 50


def titled(words: Any, kind: type[admin.FieldListFilter]) -> type[admin.FieldListFilter]:
    """The filter `kind` under `words`, where the field's own name says nothing beside a list."""

    class Titled(kind):  # type: ignore[misc,valid-type]  # a class that is an argument
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.title = words

    return Titled


class ReadOnly(BigTable):
    """Written by the product's own verbs; the admin shows it and changes nothing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
