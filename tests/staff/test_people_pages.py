"""Inviting, joining, deciding about people; where one is signed in; online, away and off."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from staff import devices, invitations
from staff.models import AuditEntry, Invitation, Team, User
from staff.roles import Role
from tests.factories import PASSWORD, make_inbox, make_user

pytestmark = pytest.mark.django_db
NEW = {"username": "nina", "first_name": "Nina", "last_name": "Ray", "email": "", "password": PASSWORD}
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"


def in_role(role: Role, name: str = "") -> User:
    user = make_user(name)
    user.set_role(role)
    return user


@pytest.fixture
def boss(client: Client) -> User:
    user = in_role(Role.ADMINISTRATOR, "boss")
    client.force_login(user)
    return user


def link(client: Client, **form: str) -> str:
    page = client.post("/people/", {"name": "Nina Ray", "role": "supervisor", **form}, follow=True)
    found = re.search(r'class="password-link">http://testserver([^<]+)<', page.content.decode())
    assert found is not None
    return found[1]


class TestInvitations:
    def test_a_link_lets_one_person_in_once_in_the_role_that_was_chosen(
        self, client: Client, boss: User
    ) -> None:
        address = link(client)
        assert "Nina Ray" in client.get("/people/").content.decode()
        guest = Client()
        page = guest.get(address).content.decode()
        assert 'value="Nina"' in page
        assert "Role: Supervisor" in page
        answer = guest.post(address, NEW)
        assert answer["Location"] == "/tickets/"
        nina = User.objects.get(username="nina")
        assert (nina.role, nina.is_superuser, nina.name) == (Role.SUPERVISOR, False, "Nina Ray")
        assert guest.get("/tickets/").status_code == 200
        again = Client().post(address, {**NEW, "username": "other"})
        assert again.status_code == 404
        assert "This link no longer works" in again.content.decode()
        assert not User.objects.filter(username="other").exists()
        assert Client().post("/accounts/login/", {"login": "nina", "password": PASSWORD}).status_code == 302

    def test_the_token_is_kept_nowhere(self, client: Client, boss: User) -> None:
        token = link(client).rstrip("/").rpartition("/")[2]
        assert token not in str(list(Invitation.objects.values()))
        assert token not in client.get("/people/").content.decode()

    def test_an_old_or_withdrawn_one_lets_nobody_in(self, client: Client, boss: User) -> None:
        old, gone = link(client), link(client)
        first, second = Invitation.objects.order_by("pk")
        Invitation.objects.filter(pk=first.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        client.post(f"/people/invitations/{second.pk}/withdraw/")
        for address in (old, gone, "/accounts/invitation/nonsense/"):
            assert Client().get(address).status_code == 404
            assert Client().post(address, NEW).status_code == 404
        assert not User.objects.filter(username="nina").exists()

    def test_of_two_at_the_same_moment_one_gets_in(self, boss: User) -> None:
        _made, token = invitations.invite(name="", email="", role=Role.AGENT, by=boss)
        assert invitations.accept(token, User(username="a"), PASSWORD) is not None
        assert invitations.accept(token, User(username="b"), PASSWORD) is None

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({"password": "12345678"}, "too common"),
            ({"password": "nina-nina"}, "too similar"),
            ({"username": "boss"}, "already exists"),
            ({"username": "ni na"}, "valid username"),
            ({"password": ""}, "required"),
        ],
    )
    def test_what_is_wrong_is_said_and_the_link_still_works(
        self, form: dict[str, str], words: str, client: Client, boss: User
    ) -> None:
        address = link(client)
        answer = Client().post(address, {**NEW, "username": "nina-nina", **form})
        assert words in answer.content.decode()
        assert Client().post(address, NEW).status_code == 302

    def test_an_unknown_role_is_refused(self, client: Client, boss: User) -> None:
        answer = client.post("/people/", {"name": "x", "role": "king"})
        assert "Select a valid choice" in answer.content.decode()
        assert not Invitation.objects.exists()


class TestPeople:
    def test_name_role_scope_teams_and_inboxes_are_decided_on_one_page(
        self, client: Client, boss: User
    ) -> None:
        nina, team, inbox = make_user("nina"), Team.objects.create(name="Billing"), make_inbox("Shop")
        form = {"first_name": "Nina", "last_name": "", "email": "", "role": "viewer", "scope": "inboxes"}
        answer = client.post(f"/people/{nina.pk}/", {**form, "teams": [team.pk], "inboxes": [inbox.pk]})
        assert answer.status_code == 302
        nina = User.objects.get(pk=nina.pk)
        assert (nina.role, nina.scope, list(nina.teams.all()), list(nina.inboxes.all())) == (
            Role.VIEWER,
            "inboxes",
            [team],
            [inbox],
        )
        page = client.get("/people/").content.decode()
        assert "Viewer" in page
        assert "Only their inboxes" in page
        assert "Nina" not in client.get("/people/?q=boss").content.decode()

    @pytest.mark.parametrize(
        ("typed", "kept", "words"),
        [
            ("12", 12, "rules: 12 tickets at most"),
            ("1", 1, "rules: 1 ticket at most"),
            ("0", 0, "rules: 0 tickets at most"),
            ("10000", 10_000, "rules: 10000 tickets at most"),
            ("", None, ""),
        ],
    )
    def test_a_capacity_is_set_taken_away_shown_and_kept_in_the_audit(
        self, typed: str, kept: int | None, words: str, client: Client, boss: User
    ) -> None:
        nina = make_user("nina", capacity=7)
        form = {"first_name": "", "last_name": "", "email": "", "role": "agent", "scope": "all"}
        assert client.post(f"/people/{nina.pk}/", {**form, "capacity": typed}).status_code == 302
        assert User.objects.get(pk=nina.pk).capacity == kept
        assert AuditEntry.objects.latest("pk").changes == {"capacity": [7, kept]}
        page = client.get("/people/").content.decode()
        assert words in page
        assert page.count("rules: ") == (kept is not None)
        assert f"<ins>{typed}</ins>" in client.get("/audit/").content.decode() or kept is None

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("-1", "greater than or equal to 0"),
            ("10001", "10000 tickets at most."),
            ("9" * 30, "10000 tickets at most."),
            ("many", "Enter a whole number."),
            ("1.5", "Enter a whole number."),
        ],
    )
    def test_a_capacity_that_is_none_is_refused_with_words(
        self, typed: str, words: str, client: Client, boss: User
    ) -> None:
        nina = make_user("nina", capacity=7)
        form = {"first_name": "", "last_name": "", "email": "", "role": "agent", "scope": "all"}
        answer = client.post(f"/people/{nina.pk}/", {**form, "capacity": typed})
        assert words in answer.content.decode()
        assert User.objects.get(pk=nina.pk).capacity == 7

    def test_nobody_takes_the_keys_from_themselves(self, client: Client, boss: User) -> None:
        form = {"first_name": "B", "last_name": "", "email": "", "role": "agent", "scope": "all"}
        assert "You can&#x27;t take this" in client.post(f"/people/{boss.pk}/", form).content.decode()
        client.post(f"/people/{boss.pk}/act/", {"act": "deactivate"})
        boss = User.objects.get(pk=boss.pk)
        assert (boss.role, boss.is_active) == (Role.ADMINISTRATOR, True)

    def test_who_is_deactivated_is_signed_in_nowhere(
        self, client: Client, boss: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        nina, browser = make_user("nina"), Client(headers={"User-Agent": CHROME})
        browser.post("/accounts/login/", {"login": "nina", "password": PASSWORD})
        key = browser.session.session_key
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"/people/{nina.pk}/act/", {"act": "deactivate"})
        assert not Session.objects.filter(pk=key).exists()
        assert not UserSession.objects.filter(user=nina).exists()
        client.post(f"/people/{nina.pk}/act/", {"act": "activate"})
        assert browser.get("/tickets/").status_code == 302, "the old session does not come back to life"

    def test_a_link_for_a_new_password(self, client: Client, boss: User) -> None:
        nina = make_user("nina")
        page = client.post(f"/people/{nina.pk}/act/", {"act": "link"}, follow=True).content.decode()
        assert "/accounts/password/reset/key/" in page

    def test_the_list_costs_the_same_for_many(
        self, client: Client, boss: User, django_assert_max_num_queries: Any
    ) -> None:
        team = Team.objects.create(name="Billing")
        for _ in range(30):
            team.members.add(make_user())
        with django_assert_max_num_queries(12):
            assert client.get("/people/").content.decode().count("people-role") == 31

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT, Role.SUPERVISOR])
    def test_only_who_manages_people_comes_here(self, role: Role) -> None:
        user, other = in_role(role), make_user()
        browser = Client()
        browser.force_login(user)
        made, _token = invitations.invite(name="", email="", role=Role.AGENT, by=user)
        for address in ("/people/", f"/people/{other.pk}/", "/audit/"):
            assert browser.get(address).status_code == 403, address
        for address, form in (
            ("/people/", {"role": "administrator"}),
            (f"/people/{user.pk}/", {"role": "administrator", "scope": "all"}),
            (f"/people/{other.pk}/act/", {"act": "deactivate"}),
            (f"/people/invitations/{made.pk}/withdraw/", {}),
        ):
            assert browser.post(address, form).status_code == 403, address
        assert Invitation.objects.filter(revoked_at=None).count() == 1
        assert User.objects.get(pk=user.pk).role == role
        assert "/people/" not in browser.get("/tickets/").content.decode()


class TestSessions:
    def test_they_are_listed_by_device_and_ended_one_by_one_or_all(self) -> None:
        nina = make_user("nina")
        here, phone, old = (Client(headers={"User-Agent": CHROME}) for _ in range(3))
        for browser in (here, phone, old):
            browser.post("/accounts/login/", {"login": "nina", "password": PASSWORD})
        page = here.get("/accounts/sessions/").content.decode()
        assert page.count("Chrome, Windows") == 3
        assert page.count("This device") == 1
        row = UserSession.objects.get(session_key=phone.session.session_key)
        here.post("/accounts/sessions/", {"session": row.pk})
        assert phone.get("/tickets/").status_code == 302
        assert old.get("/tickets/").status_code == 200
        here.post("/accounts/sessions/")
        assert old.get("/tickets/").status_code == 302
        assert here.get("/accounts/sessions/").content.decode().count("Chrome, Windows") == 1
        assert UserSession.objects.filter(user=nina).count() == 1

    def test_nobody_ends_those_of_another(self) -> None:
        make_user("nina"), make_user("boris")
        hers, his = Client(), Client()
        hers.post("/accounts/login/", {"login": "nina", "password": PASSWORD})
        his.post("/accounts/login/", {"login": "boris", "password": PASSWORD})
        row = UserSession.objects.get(session_key=hers.session.session_key)
        his.post("/accounts/sessions/", {"session": row.pk})
        his.post("/accounts/sessions/", {"session": "9" * 5000})
        assert hers.get("/tickets/").status_code == 200

    @pytest.mark.parametrize(
        ("user_agent", "words"),
        [
            (CHROME, "Chrome, Windows"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1", "Safari, iPhone"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox, Linux"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge, Windows"),
            ("curl/8.0", "curl/8.0"),
            ("", "Unknown device"),
        ],
    )
    def test_a_device_is_called_as_people_call_it(self, user_agent: str, words: str) -> None:
        assert devices.named(user_agent) == words


class TestAvailability:
    def test_it_is_chosen_and_shown(self, client: Client) -> None:
        nina = make_user("nina")
        client.force_login(nina)
        answer = client.post("/availability/", {"availability": "away", "next": "/tickets/?status=1"})
        assert answer.headers["Location"] == "/tickets/?status=1"
        assert User.objects.get(pk=nina.pk).availability == "away"
        assert 'data-availability="away" title="Away"' in client.get("/profile/").content.decode()
        answer = client.post(
            "/availability/", {"availability": "off"}, headers={"Accept": "application/json"}
        )
        assert answer.json() == {"ok": True, "availability": "off"}
        answer = client.post(
            "/availability/", {"availability": "asleep"}, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 400
        assert User.objects.get(pk=nina.pk).availability == "off"
        for elsewhere in ("", "//evil.example/", "https://evil.example/"):
            answer = client.post("/availability/", {"availability": "off", "next": elsewhere})
            assert answer.headers["Location"] == "/profile/"
        assert not AuditEntry.objects.filter(object_name="nina", changes__has_key="availability").exists()
