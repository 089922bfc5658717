"""Public names: what may be one. The form, the admin and whoever else takes a name ask here."""

import unicodedata

import regex
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.lookalikes import skeleton
from accounts.models import LONGEST_STORED, User
from articles.models import Byline

# As people count them, not as Unicode does: a syllable of Devanagari may have five code points.
LONGEST_NAME = 40
MOST_MARKS = 3

TAKEN = _("This name is taken, or looks like one that is. Choose another, or add something to it.")
RESERVED = _("Readers would think that you speak for the newsroom. Choose a name without such a word.")

# Nobody but staff calls themselves so, not even as one word among others.
RESERVED_WORDS = ("newsroom", "moderator", "administrator", "admin", "مشرف", "المشرف", "مدير", "الإدارة", "محرر")
RESERVED_NAMES = ("editor", "editors", "editorial", "staff", "team", "support", "system", "webmaster", "correspondent")

INVISIBLE = regex.compile(r"[\p{C}\p{Default_Ignorable_Code_Point}\u2800]")
# Persian parts syllables with a zero-width non-joiner, Indic scripts write conjuncts with either joiner, and emoji are
# made with them. Elsewhere they only make two names out of one that looks the same; the skeleton has none in any case.
NEEDED = regex.compile(
    r"(?<=\p{Arabic}\p{Mn}*)\u200c(?=\p{Arabic})"
    r"|(?<=[\p{L}\p{M}]\p{Indic_Syllabic_Category=Virama})[\u200c\u200d]"
    r"|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})"
    r"|(?<=\p{Extended_Pictographic})\ufe0f"
)
# Alphabets with the same shapes. Others cannot be mistaken for each other, and Japanese mixes three.
LIKE_LATIN = ("Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic", "Lisu")
ADDRESS = regex.compile(r"\S+@\S+")


def clean(text: str, *, user_id: int | None = None, email: str = "", is_staff: bool = False) -> str:
    """The name as it is stored. Raises ValidationError, with a sentence that says what to do."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    _check_characters(name)
    _check_privacy(name, email)
    if not is_staff and _is_reserved(name):
        raise ValidationError(RESERVED, code="reserved")
    check_free(name, user_id)
    return name


def check_free(name: str, user_id: int | None) -> None:
    """One sentence for all that are taken: who asks cannot find out whose pseudonym it is, nor that it is one."""
    found = skeleton(name)
    people, bylines = User.objects.filter(name_skeleton=found), Byline.objects.all()
    if user_id is not None:
        people, bylines = people.exclude(pk=user_id), bylines.exclude(owner_id=user_id)
    taken = [skeleton(byline) for byline in bylines.values_list("name", flat=True)]
    if people.exists() or found in taken:
        raise ValidationError(TAKEN, code="taken")


def _check_characters(name: str) -> None:
    if not regex.search(r"[\p{L}\p{N}]", unicodedata.normalize("NFKC", name)):
        raise ValidationError(_("A name needs a letter. Type how readers shall call you."), code="empty")
    if INVISIBLE.search(NEEDED.sub("", name)):
        raise ValidationError(
            _("This name has characters in it that nobody sees. Type it anew instead of pasting it."), code="invisible"
        )
    length = len(regex.findall(r"\X", name))
    if length > LONGEST_NAME or len(name) > LONGEST_STORED:
        raise ValidationError(
            _("This name is %(length)d characters long; %(limit)d fit. Shorten it."),
            code="long",
            params={"length": length, "limit": LONGEST_NAME},
        )
    if regex.search(rf"\p{{Script=Inherited}}{{{MOST_MARKS + 1}}}", unicodedata.normalize("NFD", name)):
        raise ValidationError(_("So many marks on one letter cover the lines around it. Take some away."), code="marks")
    for word in name.split():
        if sum(bool(regex.search(rf"\p{{Script={script}}}", word)) for script in LIKE_LATIN) > 1:
            raise ValidationError(
                _("“%(word)s” mixes letters of several alphabets that look alike. Type each word in one alphabet."),
                code="mixed",
                params={"word": word},
            )


def _check_privacy(name: str, email: str) -> None:
    """Everybody reads the name, nobody else the address."""
    whole = bool(email) and skeleton(email) in skeleton(name)
    local = bool(email) and f"{email.partition('@')[0]}@".casefold() in name.casefold()
    if whole or local or ADDRESS.search(name):
        raise ValidationError(
            _("Everybody will read your name, and nobody else your e-mail address: leave the address out."), code="mail"
        )


def _is_reserved(name: str) -> bool:
    words = {skeleton(word) for word in (*RESERVED_WORDS, settings.SITE_NAME)}
    spoken = [skeleton(word) for word in regex.findall(r"[\p{L}\p{M}\p{N}]+", name)]
    spoken += [skeleton(regex.sub(r"\p{N}+$", "", word)) for word in regex.findall(r"[\p{L}\p{M}\p{N}]+", name)]
    whole = skeleton(name)
    return bool(words.intersection(spoken)) or whole in words | {skeleton(word) for word in RESERVED_NAMES}
