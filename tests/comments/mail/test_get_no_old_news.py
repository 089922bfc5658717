"""What is no news any more when its mail is due is not mailed."""

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from comments.models import Comment, Follow, Mute, Notice
from tests.comments.mail.message import part, sent
from tests.working import minutes_pass, work


@pytest.mark.parametrize(
    "happens",
    [
        "it is hidden",
        "it is withdrawn",
        "it is seen on the site",
        "its writer is muted",
        "the conversation is left",
        "mail is stopped",
        "the account is closed",
    ],
)
def test_what_is_no_longer_news_by_then_is_not_mailed(
    nadia: User, tom: User, mo: User, root: Comment, reply: Comment, happens: str
) -> None:
    {
        "it is hidden": lambda: reply.hide(mo, "abuse"),
        "it is withdrawn": reply.withdraw,
        "it is seen on the site": lambda: Notice.objects.of(nadia).mark_seen(timezone.now()),
        "its writer is muted": lambda: Mute.objects.create(reader=nadia, muted=tom),
        "the conversation is left": lambda: Follow.objects.create(reader=nadia, conversation=root, left=True),
        "mail is stopped": lambda: User.objects.filter(pk=nadia.pk).update(mail_me="never"),
        "the account is closed": lambda: User.objects.filter(pk=nadia.pk).update(is_active=False),
    }[happens]()
    minutes_pass(5)
    assert mail.outbox == []
    assert not Notice.objects.filter(done_at=None, reader=nadia).exclude(mail_at=None).filter(comment=reply).exists()
    minutes_pass(60)
    assert [message for message in mail.outbox if "The dike holds." in message.body] == []


def test_a_hide_that_was_undone_is_not_mailed(nadia: User, mo: User, root: Comment) -> None:
    root.hide(mo, "abuse")
    work()
    root.restore(mo)
    minutes_pass(5)
    assert mail.outbox == []


def test_a_hide_is_mailed_with_its_reason_and_without_the_moderator(nadia: User, mo: User, root: Comment) -> None:
    root.hide(mo, "off-topic", "Note for the team")
    work()
    minutes_pass(5)
    text = part(sent(), "text/plain")
    assert "Reason: off topic." in text
    assert f"https://news.example/c/{root.pk}/mine/" in text
    assert "Note for the team" not in sent().as_string()
    assert "Mo " not in text


def test_after_three_days_it_is_no_news_any_more(reply: Comment) -> None:
    minutes_pass(5 + 60 * 24 * 3)
    assert mail.outbox == []
    assert Notice.objects.get().done_at
