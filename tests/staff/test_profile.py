"""Language, theme and time zone are each person's own."""

import pytest
from django.test import Client

from staff.models import User
from tests.factories import make_ticket, make_user
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
FORM = {
    "first_name": "Anna",
    "last_name": "Petrova",
    "language": "ru",
    "theme": "dark",
    "time_zone": "Asia/Tokyo",
}


@pytest.fixture
def anna(client: Client) -> User:
    user = make_user("anna")
    client.force_login(user)
    return user


def test_what_was_chosen_is_kept_and_shown_at_once(client: Client, anna: User) -> None:
    answer = client.post("/profile/", FORM, follow=True)
    anna.refresh_from_db()
    assert (anna.name, anna.language, anna.theme, anna.time_zone) == (
        "Anna Petrova",
        "ru",
        "dark",
        "Asia/Tokyo",
    )
    page = answer.content.decode()
    assert '<html lang="ru"' in page
    assert 'data-bs-theme="dark"' in page
    assert "Сохранено" in page


def test_without_a_choice_the_page_follows_browser_and_system(client: Client, anna: User) -> None:
    page = client.get("/profile/", headers={"Accept-Language": "ru"}).content.decode()
    assert '<html lang="ru"' in page
    assert 'data-theme="system"' in page
    assert "data-bs-theme" not in page


@pytest.mark.parametrize("field", ["language", "theme", "time_zone"])
def test_a_wrong_value_is_refused_in_words(client: Client, anna: User, field: str) -> None:
    answer = client.post("/profile/", FORM | {field: "nonsense"})
    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()
    anna.refresh_from_db()
    assert getattr(anna, field) == ""


def test_a_zone_under_an_old_name_stays_chosen(client: Client, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(time_zone="US/Eastern")
    assert '<option value="US/Eastern" selected>' in client.get("/profile/").content.decode()


def test_a_zone_this_machine_does_not_know_locks_nobody_out(client: Client, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(time_zone="Mars/Olympus")
    assert client.get("/tickets/").status_code == 200


def test_times_are_the_browsers_until_a_zone_is_chosen(client: Client, anna: User) -> None:
    def zone() -> str:
        make_ticket()
        page = client.get(f"/tickets/{Ticket.objects.latest('pk').pk}/").content.decode()
        return page.partition('data-time-zone="')[2].partition('"')[0]

    assert zone() == "UTC"
    client.cookies["time_zone"] = "Asia/Tokyo"
    assert zone() == "Asia/Tokyo"
    User.objects.filter(pk=anna.pk).update(time_zone="America/Lima")
    assert zone() == "America/Lima"


@pytest.mark.parametrize("name", ["Europe", "../../etc/passwd", "Mars/Olympus", "x" * 3000])
def test_a_cookie_that_names_no_zone_changes_nothing(client: Client, anna: User, name: str) -> None:
    client.cookies["time_zone"] = name
    assert client.get("/tickets/").status_code == 200


def test_going_back_to_the_browsers_language_is_confirmed_in_it(client: Client, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(language="ru")
    answer = client.post("/profile/", FORM | {"language": ""}, headers={"Accept-Language": "en"}, follow=True)
    assert "Saved." in answer.content.decode()
    assert "Сохранено" not in answer.content.decode()
