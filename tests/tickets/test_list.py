"""The ticket list: what it shows, to whom, in which order, narrowed how, and at what price."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from staff.models import User
from tests.factories import make_client, make_message, make_ticket, make_user
from tickets.content import Content
from tickets.models import Message, Status, Ticket
from tickets.pages import ORDERINGS, PAGE_SIZE, cursor_for

pytestmark = pytest.mark.django_db

PAGE = "/tickets/"
# Session, user, statuses, people, choices of the filters, rows, the strip about bots, and the navigation's
# counts, inboxes and saved views.
MOST_QUERIES = 10


@pytest.fixture
def anna() -> User:
    return make_user("anna", first_name="Anna", last_name="Petrova")


@pytest.fixture
def browser(anna: User) -> Browser:
    browser = Browser()
    browser.force_login(anna)
    return browser


def words(response: Any) -> str:
    return str(response.content.decode())


def numbers(response: Any) -> list[int]:
    """The tickets on the page, in its order."""
    return [int(number) for number in re.findall(r'<li id="ticket-(\d+)"', words(response))]


def shown(browser: Browser, query: str) -> set[int]:
    response = browser.get(PAGE + query)
    assert 'role="alert"' not in words(response)
    return set(numbers(response))


def complaints(browser: Browser, **query: str) -> list[str]:
    """What the page says about a wrong address; it still shows tickets."""
    response = browser.get(PAGE, query)
    assert response.status_code == 200
    assert numbers(response)
    return re.findall(r'role="alert">(.*?)</div>', words(response), re.DOTALL)


def many(count: int) -> list[Ticket]:
    """Tickets of which several share a moment, so that only the number tells them apart."""
    made = [make_ticket(text=f"Question {number}") for number in range(count)]
    now = timezone.now()
    for number, ticket in enumerate(made):
        at = now - timedelta(minutes=number // 7)
        Ticket.objects.filter(pk=ticket.pk).update(updated_at=at, created_at=at)
    return made


# Who may look


def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_same_list() -> None:
    response = Browser().get("/tickets/?status=1")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/tickets/%3Fstatus%3D1"


def test_a_part_is_refused_to_who_is_not_signed_in() -> None:
    assert Browser().get(PAGE, headers={"HX-Request": "true"}).status_code == 401


def test_a_deactivated_employee_sees_nothing(browser: Browser, anna: User) -> None:
    make_ticket(text="Secret")
    User.objects.filter(pk=anna.pk).update(is_active=False)
    response = browser.get(PAGE)
    assert response.status_code == 302
    assert "Secret" not in words(response)


def test_the_list_cannot_be_posted_to(browser: Browser) -> None:
    assert browser.post(PAGE).status_code == 405


# What a row says


def test_a_row_names_client_message_status_assignee_and_who_waits(browser: Browser, anna: User) -> None:
    client = make_client(name="Мария <b>", username="maria")
    ticket = make_ticket(client=client, status=Status.IN_PROGRESS_ID, assignee=anna, text="Where is it?")
    page = words(browser.get(PAGE))
    for said in ("Мария &lt;b&gt;", "@maria", f"#{ticket.pk}", "Where is it?", "In progress", "Anna Petrova"):
        assert said in page
    assert f'href="/tickets/{ticket.pk}/"' in page
    assert "Waits for an answer" in page
    make_message(ticket, author=anna, text="On its way")
    page = words(browser.get(PAGE))
    assert '<span class="row-author">Anna Petrova:</span> On its way' in page
    assert "Waits for an answer" not in page


def test_a_closed_ticket_waits_for_nothing(browser: Browser) -> None:
    make_ticket(status=Status.CLOSED_ID, text="Thanks")
    assert "Waits for an answer" not in words(browser.get(PAGE))


def test_a_message_without_words_is_named_by_its_kind_or_title(browser: Browser) -> None:
    make_message(make_ticket(), content=Content(kind=Message.Kind.PHOTO))
    make_message(make_ticket(), content=Content(kind=Message.Kind.OTHER, details={"title": "Poll: lunch?"}))
    page = words(browser.get(PAGE))
    assert "Photo" in page
    assert "Poll: lunch?" in page


def test_a_row_marks_a_client_who_blocked_the_bot_and_a_reply_that_failed(
    browser: Browser, anna: User
) -> None:
    client = make_client(is_reachable=False)
    ticket = make_ticket(client=client, status=Status.IN_PROGRESS_ID, assignee=anna, text="Hi")
    reply = make_message(ticket, author=anna)
    Message.objects.filter(pk=reply.pk).update(delivery=Message.Delivery.FAILED)
    page = words(browser.get(PAGE))
    assert "The client blocked the bot" in page
    assert "Not delivered" in page


def test_statuses_and_times_are_in_the_readers_language_and_zone(browser: Browser, anna: User) -> None:
    ticket = make_ticket(text="Hi")
    at = timezone.now().replace(hour=12, minute=0)
    Ticket.objects.filter(pk=ticket.pk).update(updated_at=at - timedelta(days=400))
    User.objects.filter(pk=anna.pk).update(language="ru", time_zone="Asia/Tokyo")
    page = words(browser.get(PAGE))
    assert "Открыт" in page
    assert "T21:00" in page


def test_an_empty_desk_says_how_clients_come(browser: Browser) -> None:
    assert "Nobody has written yet" in words(browser.get(PAGE))


def test_filters_that_match_nothing_offer_to_be_cleared(browser: Browser) -> None:
    make_ticket()
    page = words(browser.get(PAGE, {"q": "nothing like it"}))
    assert "No ticket matches" in page
    assert "Clear filters" in page


# Order and filters


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_each_ordering_sorts_by_its_time_and_then_by_number(browser: Browser, ordering: str) -> None:
    many(9)
    expected = Ticket.objects.order_by(ordering, "-pk" if ordering.startswith("-") else "pk")
    assert numbers(browser.get(PAGE, {"ordering": ordering})) == [ticket.pk for ticket in expected]


def test_the_latest_activity_comes_first_when_nothing_is_asked(browser: Browser) -> None:
    first, second = make_ticket(text="a"), make_ticket(text="b")
    assert numbers(browser.get(PAGE)) == [second.pk, first.pk]
    make_message(first)
    assert numbers(browser.get(PAGE)) == [first.pk, second.pk]


def test_filters_by_status_and_assignee_and_both(browser: Browser, anna: User) -> None:
    boris = make_user("boris")
    free = make_ticket()
    mine = make_ticket(status=Status.IN_PROGRESS_ID, assignee=anna)
    his = make_ticket(status=Status.IN_PROGRESS_ID, assignee=boris)
    done = make_ticket(status=Status.CLOSED_ID, assignee=anna)
    assert shown(browser, "?status=1") == {free.pk}
    assert shown(browser, "?status=2") == {mine.pk, his.pk}
    assert shown(browser, "?assignee=me") == {mine.pk, done.pk}
    assert shown(browser, "?assignee=none") == {free.pk}
    assert shown(browser, f"?assignee={boris.pk}") == {his.pk}
    assert shown(browser, "?assignee=me&status=3") == {done.pk}
    assert shown(browser, "?status=&assignee=&q=&ordering=") == {free.pk, mine.pk, his.pk, done.pk}


def test_tickets_of_an_employee_who_left_can_still_be_found(browser: Browser) -> None:
    kim = make_user("kim", first_name="Kim")
    ticket = make_ticket(assignee=kim)
    User.objects.filter(pk=kim.pk).update(is_active=False)
    assert shown(browser, f"?assignee={kim.pk}") == {ticket.pk}
    assert "No longer here" in words(browser.get(PAGE))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("елкина", True),  # ё as е
        ("Ёлкина", True),
        ("@elka", True),
        ("elk", True),
        ("заказ", True),  # other forms of the word in the message
        ("заказами", True),
        ("deliver", True),
        ("deliveries заказ", True),
        ("пришел", True),
        ("refund", False),
        ("100%", False),
        ("_", False),
        ("' & | ! :* \\", False),
    ],
)
def test_search_knows_names_and_the_forms_of_words(browser: Browser, asked: str, found: bool) -> None:
    client = make_client(name="Светлана Ёлкина", username="elka")
    ticket = make_ticket(client=client, text="Мой заказ не пришёл: the delivery is late")
    make_ticket(text="Something else")
    assert (ticket.pk in numbers(browser.get(PAGE, {"q": asked}))) is found


def test_search_finds_a_ticket_by_its_number(browser: Browser) -> None:
    ticket, other = make_ticket(), make_ticket()
    found = numbers(browser.get(PAGE, {"q": f"#{ticket.pk}"}))
    assert ticket.pk in found
    assert other.pk not in found


# Wrong addresses


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("status", "99", "no status"),
        ("status", "9" * 40, "no status"),
        ("status", "\x00", "no status"),
        ("assignee", "everybody", "no employee"),
        ("assignee", "9" * 40, "no employee"),
        ("ordering", "password", "ordered by"),
        ("q", "a\x00b", "Null characters"),
        ("q", "x" * 10_000, "200 characters"),
        ("after", "rubbish", "damaged"),
        ("after", "я" * 30, "damaged"),
        ("before", "A" * 10_000, "damaged"),
        ("before", "dX" + "__" * 11, "damaged"),
    ],
)
def test_a_wrong_value_is_explained_and_the_list_still_shown(
    browser: Browser, name: str, value: str, said: str
) -> None:
    make_ticket()
    [complaint] = complaints(browser, **{name: value})
    assert said in complaint


def test_a_wrong_value_leaves_the_others_at_work(browser: Browser) -> None:
    ticket = make_ticket(text="a")
    make_ticket(status=Status.CLOSED_ID, text="b")
    response = browser.get(PAGE, {"status": "1", "assignee": "xyz"})
    assert numbers(response) == [ticket.pk]


def test_a_cursor_of_another_ordering_is_explained(browser: Browser) -> None:
    ticket = make_ticket()
    query = cursor_for(ticket, ordering="-created_at")
    assert 'role="alert"' in words(browser.get(f"{PAGE}?{query}&ordering=-updated_at"))


# Pages


def link(response: Any, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', words(response))
    return found[1].replace("&amp;", "&") if found else None


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?ordering=updated_at",
        "?ordering=-created_at",
        "?ordering=created_at",
        "?status=1",
        "?assignee=none",
        "?assignee=none&ordering=created_at",
    ],
)
def test_all_pages_forwards_and_back_show_each_ticket_once(browser: Browser, query: str) -> None:
    made = {ticket.pk for ticket in many(PAGE_SIZE * 2 + 9)}
    forwards, address = [], PAGE + query
    while address:
        response = browser.get(address)
        forwards.append(numbers(response))
        address = link(response, "next") or ""
    assert [len(page) for page in forwards] == [PAGE_SIZE, PAGE_SIZE, 9]
    assert {number for page in forwards for number in page} == made
    backwards = [forwards[-1]]
    while address := link(response, "prev") or "":
        response = browser.get(address, follow=True)
        backwards.append(numbers(response))
    assert backwards == forwards[::-1]


def test_back_at_the_beginning_the_page_is_the_first_one_without_a_cursor(browser: Browser) -> None:
    many(PAGE_SIZE + 1)
    second = browser.get(link(browser.get(PAGE + "?status=1"), "next") or "")
    assert browser.get(link(second, "prev") or "")["Location"] == "/tickets/?status=1"


def test_a_page_past_the_end_leads_back(browser: Browser) -> None:
    ticket = make_ticket()
    page = words(browser.get(f"{PAGE}?{cursor_for(ticket, ordering='-updated_at')}"))
    assert "Nothing more here" in page
    assert "Nobody has written yet" not in page


def test_counts_are_exact_to_a_thousand(browser: Browser) -> None:
    made = make_ticket()
    Ticket.objects.filter(pk=made.pk).update(closed_at=timezone.now(), status=Status.CLOSED_ID)
    made.refresh_from_db()
    made.pk = None
    Ticket.objects.bulk_create([_copy(made) for _ in range(999)])
    assert "1000 tickets" in words(browser.get(PAGE)).replace(",", "")
    Ticket.objects.bulk_create([_copy(made)])
    assert "1,000+ tickets" in words(browser.get(PAGE))


def _copy(ticket: Ticket) -> Ticket:
    same = ("client_id", "inbox_id", "status_id", "created_at", "updated_at", "closed_at")
    return Ticket(**{name: getattr(ticket, name) for name in same})


# Page and part, and the price


def test_a_script_gets_the_part_and_a_browser_the_page_from_the_same_address(browser: Browser) -> None:
    make_ticket()
    page, part = browser.get(PAGE), browser.get(PAGE, headers={"HX-Request": "true"})
    assert words(page).startswith("<!doctype html>")
    assert words(part).startswith('<section id="inbox"')
    assert words(part).strip() in words(page)
    for response in (page, part):
        assert "HX-Request" in response["Vary"]
        assert response["Cache-Control"] == "no-store"


def test_a_part_names_the_address_without_what_is_empty_or_wrong(browser: Browser) -> None:
    query = {"status": "1", "assignee": "", "q": "", "ordering": "-updated_at", "rubbish": "1"}
    response = browser.get(PAGE, query, headers={"HX-Request": "true", "HX-Target": "inbox"})
    assert response["HX-Push-Url"] == "/tickets/?status=1"


@pytest.mark.parametrize("query", ["", "?status=1&assignee=none&q=question&ordering=created_at"])
def test_the_page_needs_as_few_queries_for_sixty_tickets_as_for_three(browser: Browser, query: str) -> None:
    def tables() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            browser.get(PAGE + query)
        assert len(captured) <= MOST_QUERIES
        read = [re.findall(r'FROM "?(\w+)', one["sql"])[-1] for one in captured.captured_queries]
        # The strip about bots in trouble looks once in a while, whatever page is drawn.
        return [table for table in read if table != "telegram_bridge_bot"]

    many(3)
    few = tables()
    many(57)
    assert tables() == few


def test_the_page_reads_no_column_that_only_searches_need(browser: Browser) -> None:
    make_ticket(text="Hi")
    with CaptureQueriesContext(connection) as captured:
        browser.get(PAGE)
    sql = " ".join(query["sql"] for query in captured.captured_queries)
    assert '"search"' not in sql
    assert "folded_name" not in sql
