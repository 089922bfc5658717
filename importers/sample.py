"""The sample newsroom that the first `make run` loads: three topics, four articles, their readers' conversations.

The texts are in `importers/sample/`, made to be changed by hand: topics.toml, and for each article a .toml file with
its entries and a .comments file, a tree by indentation:

    == the id of the entry that the roots below are about; alone, they are about the article ==
    +12 Name ♥3 #hidden-abuse: Text. Twelve minutes after the entry; 3 recommend it; a moderator hid it as abuse.
      | Another line of the text.
      ! spam | Name of who reports it | in their words
      +4 Name: A reply, four minutes after its parent.

Marks: #held, #withdrawn, #pick (by the editors), #hidden-REASON, #branch-REASON (with all replies). Whoever writes
there is made a reader. Times follow the clock of loading: the same texts each time, and nothing in the future.
"""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts.models import SAMPLE_DOMAIN, User
from articles.models import Article, Entry, Topic
from comments.models import Badge, Comment, Report, State, wilson_score

FOLDER = Path(__file__).with_suffix("")
# One for all, so that it is hashed once: a hash takes 0.1 to 0.3 s.
SAMPLE_PASSWORD = "newsroom"  # noqa: S105 -- printed at every start, refused outside DEBUG


class SamplePerson(NamedTuple):
    role: str
    username: str
    name: str
    password: str = SAMPLE_PASSWORD


SAMPLE_PEOPLE = (
    SamplePerson("administrator", "admin", "Ada Merrin"),
    SamplePerson("editor", "editor", "Ingrid Sorley"),
    SamplePerson("correspondent", "correspondent", "Thea Marlan"),
    SamplePerson("correspondent", "correspondent2", "Davit Quill"),
    SamplePerson("moderator", "moderator", "Mo Fenwick"),
    SamplePerson("reader", "reader", "Lena Ostrow"),
    SamplePerson("reader", "reader2", "Bram Castellan"),
    SamplePerson("reader", "reader3", "Yusra Tamim"),
)

# When little of today has passed, today's entries reach back into the evening, after the last of yesterday's own.
MORNING = time(5, 30)
EVENING = time(20, 30)
SHORTEST_DAY = timedelta(hours=4)
NEWEST_ENTRY_AGE = timedelta(minutes=3)


@dataclass
class SampleComment:
    """One comment as its file has it."""

    minutes: int
    name: str
    recommends: int
    marks: list[str]
    text: str
    entry: str = ""
    parent: "SampleComment | None" = None
    reports: list[list[str]] = field(default_factory=list)
    created_at: datetime = datetime.min  # noqa: DTZ901 -- set by `_set_times` before anyone reads it
    saved: Any = None


def sample_people_lines() -> list[str]:
    """The table of who can sign in, for a terminal."""
    rows = [("role", "username", "password"), *((p.role, p.username, p.password) for p in SAMPLE_PEOPLE)]
    return [f"  {role:<15}{username:<16}{password}" for role, username, password in rows]


def sample_people_exist() -> bool:
    return User.objects.filter(username=SAMPLE_PEOPLE[0].username, email__endswith=SAMPLE_DOMAIN).exists()


def load_sample(now: datetime | None = None) -> str:
    """Makes everything, as if it had been written until `now`, and says in a line what it made."""
    now = (now or timezone.now()).astimezone(UTC)
    with transaction.atomic():
        for topic in _toml("topics")["topics"]:
            Topic.objects.create(**topic)
        files = sorted(FOLDER.glob("*.comments"))
        conversations = {path.stem: parse_comments(path.read_text(encoding="utf-8")) for path in files}
        people = _make_people([comment.name for comments in conversations.values() for comment in comments], now)
        for name, comments in conversations.items():
            _load_article(_toml(name), comments, people, now)
    return (
        f"Sample newsroom: {Topic.objects.count()} topics, {Article.objects.count()} articles, "
        f"{Entry.objects.count()} entries, {Comment.objects.count()} comments, {len(people)} people."
    )


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _make_people(commenters: list[str], now: datetime) -> dict[str, User]:
    """Everyone by public name. Readers who cannot sign in are those who comment and stand in no table."""
    password, no_password = make_password(SAMPLE_PASSWORD), make_password(None)
    others = [name for name in dict.fromkeys(commenters) if name not in {person.name for person in SAMPLE_PEOPLE}]
    people = [*SAMPLE_PEOPLE, *(SamplePerson("reader", f"reader{n}", name, "") for n, name in enumerate(others, 4))]
    users = [
        User(
            username=person.username,
            name=person.name,
            email=f"{person.username}{SAMPLE_DOMAIN}",
            password=password if person.password else no_password,
            is_staff=person.role != "reader",
            is_superuser=person.role == "administrator",
            date_joined=now - timedelta(days=800),
        )
        for person in people
    ]
    User.objects.bulk_create(users)
    groups = {group.name: group for group in Group.objects.all()}
    for person, user in zip(SAMPLE_PEOPLE, users, strict=False):
        if person.role in groups:
            user.groups.add(groups[person.role])
    return {user.name: user for user in users}


def _load_article(plan: dict[str, Any], comments: list[SampleComment], people: dict[str, User], now: datetime) -> None:
    moments = entry_times(plan, now)
    fields = {name: plan[name] for name in ("title", "slug", "time_zone", "language")}
    topic = Topic.objects.get(slug=plan["topic"])
    opened = min(moments.values()) - timedelta(minutes=plan["opened_minutes_before"])
    article = Article.objects.create(topic=topic, lead=_with_days(plan["lead"], plan, now), **fields)
    article.go_live(at=opened)
    entries = _load_entries(article, plan, moments, people, now)
    if plan["state"] == Article.State.PAUSED:
        article.pause()
    elif plan["state"] == Article.State.ENDED:
        article.end(at=max(moments.values()) + timedelta(minutes=10))
    _set_times(comments, {"": opened, **moments}, now)
    # In the order of their times, so that the newest conversation has the highest number.
    for comment in sorted(comments, key=lambda comment: comment.created_at):
        _bring_in(comment, article, entries, people)
    _moderate(comments, people)


def _load_entries(
    article: Article, plan: dict[str, Any], moments: dict[str, datetime], people: dict[str, User], now: datetime
) -> dict[str, Entry]:
    """The entries by their ids, published in the order of their times."""
    entries = {}
    for row in sorted(plan["entries"], key=lambda row: moments.get(row["id"], now)):
        entry = Entry.objects.create(
            article=article,
            author=people.get(row["byline"]),
            byline=row["byline"],
            headline=row.get("headline", ""),
            text=_with_days(row["text"], plan, now),
            is_key_event=row.get("key_event", False),
        )
        entries[row["id"]] = entry
        if "draft" in row:
            continue
        entry.publish(at=moments[row["id"]])
        if "withdrawn" in row:
            entry.withdraw()
        if "pinned" in row:
            entry.pin()
    return entries


def entry_times(plan: dict[str, Any], now: datetime) -> dict[str, datetime]:
    """When each entry of an article is published. "2 17:05" is the second day, in the article's zone.

    The entries of today keep their rhythm, drawn out or squeezed so that the last one is three minutes old.
    """
    zone = ZoneInfo(plan["time_zone"])
    today = now.astimezone(zone).date()
    moments = {}
    for row in plan["entries"]:
        if "at" in row:
            number, clock = row["at"].split()
            day = today + timedelta(days=int(number) - 1 - plan["began_days_ago"])
            moments[row["id"]] = datetime.combine(day, time.fromisoformat(clock), zone)
    todays = {name: moment for name, moment in moments.items() if moment.date() == today}
    if todays:
        planned_start = datetime.combine(today, MORNING, zone)
        planned_length = max(todays.values()) - planned_start
        start, end = _window(now.astimezone(zone))
        for name, moment in todays.items():
            moments[name] = start + (end - start) * ((moment - planned_start) / planned_length)
    return {name: moment.astimezone(UTC) for name, moment in moments.items()}


def _window(now: datetime) -> tuple[datetime, datetime]:
    """From when to when today's entries are published. The last one is always of today, even a minute past midnight."""
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    start = datetime.combine(now.date(), MORNING, now.tzinfo)
    end = max(midnight, now - NEWEST_ENTRY_AGE)
    if end - start < SHORTEST_DAY:
        start = datetime.combine(now.date() - timedelta(days=1), EVENING, now.tzinfo)
    return start.astimezone(UTC), end.astimezone(UTC)


def _with_days(text: str, plan: dict[str, Any], now: datetime) -> str:
    """Puts weekdays in the place of {day1}, {day2}, {day3}."""
    first = now.astimezone(ZoneInfo(plan["time_zone"])) - timedelta(days=plan["began_days_ago"])
    return re.sub(r"\{day(\d)\}", lambda m: f"{first + timedelta(days=int(m[1]) - 1):%A}", text)


_HEAD = re.compile(
    r"\+(?P<minutes>\d+) (?P<name>[^:♥#]+?)(?: ♥(?P<recommends>\d+))?(?P<marks>(?: #[a-z-]+)*): (?P<text>.*)"
)


def parse_comments(source: str) -> list[SampleComment]:
    """Reads a .comments file; the format is in this module's docstring."""
    comments: list[SampleComment] = []
    above: list[SampleComment] = []
    entry = ""
    for number, line in enumerate(source.splitlines(), 1):
        text = line.strip()
        if not text:
            continue
        if text.startswith("=="):
            entry = text.strip("= ")
        elif text.startswith("|"):
            comments[-1].text += "\n" + text[1:].removeprefix(" ")
        elif text.startswith("!"):
            comments[-1].reports.append([part.strip() for part in text[1:].split("|")])
        elif head := _HEAD.fullmatch(text):
            del above[(len(line) - len(line.lstrip())) // 2 :]
            above.append(_comment(head, entry, above[-1] if above else None))
            comments.append(above[-1])
        else:
            raise ValueError(f"Line {number} is no comment, text (|), report (!) or entry (==): {text}")
    return comments


def _comment(head: re.Match[str], entry: str, parent: SampleComment | None) -> SampleComment:
    marks = [mark.removeprefix("#") for mark in head["marks"].split()]
    recommends = int(head["recommends"] or 0)
    return SampleComment(int(head["minutes"]), head["name"], recommends, marks, head["text"], entry, parent)


def _set_times(comments: list[SampleComment], moments: dict[str, datetime], now: datetime) -> None:
    """Each comment its minutes after its parent, its entry or the article's opening.

    A wait longer than half of the time until now is bent (smoothly, so the order stays) to end before now.
    """
    for comment in comments:
        after = comment.parent.created_at if comment.parent else moments[comment.entry]
        wait, room = timedelta(minutes=comment.minutes), now - after
        comment.created_at = after + (wait if 2 * wait <= room else room * (1 - room / (4 * wait)))


def _bring_in(comment: SampleComment, article: Article, entries: dict[str, Entry], people: dict[str, User]) -> None:
    unsaved = Comment(
        author=people[comment.name],
        name=comment.name,
        badge=_badge(people[comment.name], entries),
        text=comment.text,
        entry=entries.get(comment.entry),
        state=State.HELD if "held" in comment.marks else State.PUBLISHED,
        created_at=comment.created_at,
        recommends=comment.recommends,
        score=0 if comment.parent else wilson_score(comment.recommends),
    )
    parent = comment.parent.saved if comment.parent else None
    comment.saved = Comment.objects.bring_in(unsaved, article, parent=parent)


def _badge(person: User, entries: dict[str, Entry]) -> str:
    if not person.is_staff:
        return Badge.NONE
    reports_here = person.name in {entry.byline for entry in entries.values()}
    return Badge.REPORTS_HERE if reports_here else Badge.NEWSROOM


def _moderate(comments: list[SampleComment], people: dict[str, User]) -> None:
    """Reports first, then what was withdrawn and hidden, as it would have happened."""
    moderator = people[next(person.name for person in SAMPLE_PEOPLE if person.role == "moderator")]
    for comment in comments:
        for reason, reporter, text in comment.reports:
            Report.objects.create(comment=comment.saved, reporter=people[reporter], reason=reason, text=text)
        for mark in comment.marks:
            action, _, reason = mark.partition("-")
            if action == "withdrawn":
                comment.saved.withdraw()
            elif action == "hidden":
                comment.saved.hide(moderator, reason)
            elif action == "branch":
                comment.saved.hide_branch(moderator, reason)
            elif action == "pick":
                comment.saved.pick(moderator)
