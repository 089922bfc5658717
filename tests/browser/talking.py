"""What the tests of conversations in a browser have in common."""

from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from tests.browser.conftest import make_groups
from tests.people import make_person


def row(page: Any, comment: Comment) -> Any:
    return page.locator(f"#c{comment.pk}")


def shown(page: Any) -> list[int]:
    """The comments of a page in their order, each as often as it stands there."""
    found: list[int] = page.locator("article.comment").evaluate_all("all => all.map(c => Number(c.id.slice(1)))")
    return found


def comments_of(article: Article) -> str:
    return f"{article.get_absolute_url()}comments/"


def person(name: str) -> User:
    """A reader whom the server's process can sign in, which has none of the tests' own quick hashes."""
    found = User.objects.filter(name=name).first() or make_person(name)
    found.password = PBKDF2PasswordHasher().encode("secret", "salt", iterations=1)
    found.save()
    return found


def moderator(name: str = "Mo") -> User:
    make_groups()
    return make_person(name, "moderator")


def sign_in(page: Any, name: str, then: str = "/") -> User:
    reader = person(name)
    page.goto(f"/accounts/login/password/?next={then}")
    page.get_by_label("Username").fill(reader.username)
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{then}")
    return reader


def remember_visit(page: Any, article: Article, change: int) -> None:
    """As if the reader had last been here an hour ago, and seen the comments up to a change."""
    page.evaluate(
        """([article, seen]) => localStorage.setItem("newsroom-talk", JSON.stringify(
            {[article]: {seen, since: 0, sinceTime: 0, at: Date.now() - 3600_000}}))""",
        [article.pk, change],
    )
