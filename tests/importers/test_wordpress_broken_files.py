"""Files that are not what they should be: repaired with a word, or refused as a whole with one clear sentence."""

import tracemalloc

import pytest
from django.core.management import CommandError

from articles.models import Article
from comments.models import Comment
from importers.wordpress import survey
from importers.xml_text import CHUNK
from tests.importers.wxr import HEAD, TAIL, bring_in, comment, post, write

pytestmark = pytest.mark.django_db


def file(folder, content: str | bytes):
    path = folder / "export.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(folder, content: str | bytes) -> str:
    with pytest.raises(CommandError) as error:
        bring_in(file(folder, content))
    assert error.value.returncode == 1
    assert not Article.objects.exists()
    return str(error.value)


def test_a_file_cut_off_in_the_middle_is_refused_before_anything_is_written(tmp_path):
    whole = HEAD + post() + "\n" + post(wp__post_id=8) + TAIL
    assert refusal(tmp_path, whole[:-200]).startswith("The file is broken at line 8, column ")


def test_wrongly_nested_elements_are_refused(tmp_path):
    message = refusal(tmp_path, HEAD + post() + "<item><title>a</item></title>" + TAIL)
    assert "mismatched tag" in message
    assert message.endswith("Nothing was written.")


def test_entity_bombs_are_refused(tmp_path):
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert "entities" in refusal(tmp_path, HEAD.replace("<rss", f"{bomb}<rss") + "<item>&b;</item>" + TAIL)


def test_external_entities_are_refused(tmp_path):
    outside = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    assert "entities" in refusal(tmp_path, HEAD.replace("<rss", f"{outside}<rss") + "<item>&a;</item>" + TAIL)


def test_two_hundred_thousand_nested_elements_are_refused(tmp_path):
    assert "nested more than 100 deep" in refusal(tmp_path, HEAD + "<a>" * 200_000)


@pytest.mark.parametrize("content", ["", "not XML at all", "<html><body>404</body></html>", "<disqus></disqus>"])
def test_what_is_not_a_wordpress_export_is_refused(tmp_path, content):
    assert "not a WordPress export" in refusal(tmp_path, content)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        bring_in(tmp_path / "none.xml")


def test_a_raw_ampersand_is_read_as_one_and_said(tmp_path):
    path = write(tmp_path, post("Wind CDATA", title="TITLE"))
    text = (
        path.read_text().replace("TITLE", "Wind & waves &copy; 2014 &amp; on").replace("CDATA", "<![CDATA[& &amp;]]>")
    )
    said = bring_in(file(tmp_path, text))
    article = Article.objects.get()
    assert article.title == "Wind & waves © 2014 & on"
    assert article.lead_html == "<p>Wind &amp; &amp;</p>\n"
    assert "Repaired: line 7: a raw “&” was read as the character." in said
    assert "Repaired: line 7: an HTML entity was read as its character." in said


def test_an_undeclared_prefix_is_read_as_usual_and_said(tmp_path):
    text = HEAD.replace("<channel>", '<channel><atom:link href="x"/>') + post() + TAIL
    said = bring_in(file(tmp_path, text))
    assert Article.objects.count() == 1
    assert "Repaired: line 4: the prefix “atom:” is not declared" in said


def test_wordpress_s_own_prefix_may_be_undeclared_or_another(tmp_path):
    bring_in(file(tmp_path, (HEAD + post() + TAIL).replace('xmlns:wp="http://wordpress.org/export/1.2/"', "")))
    bring_in(file(tmp_path, (HEAD + post(wp__post_id=8) + TAIL).replace("wp:", "w:").replace(":wp=", ":w=")))
    assert Article.objects.count() == 2


def test_characters_that_xml_forbids_are_left_out_and_said(tmp_path):
    said = bring_in(file(tmp_path, HEAD + post("a\x01b&#8;c").replace("&amp;#8;", "&#8;") + TAIL))
    assert Article.objects.get().lead == "abc"
    assert "a character that XML forbids was left out (2 times in all)" in said


def test_bytes_of_another_encoding_are_replaced_and_said(tmp_path):
    said = bring_in(file(tmp_path, (HEAD + post("caf@") + TAIL).encode().replace(b"caf@", b"caf\xe9")))
    assert Article.objects.get().lead == "caf\ufffd"
    assert "not of the file's encoding" in said


def test_the_encoding_that_a_file_declares_is_believed(tmp_path):
    text = (HEAD + post("café") + TAIL).replace("UTF-8", "ISO-8859-1")
    said = bring_in(file(tmp_path, text.encode("latin-1")))
    assert Article.objects.get().lead == "café"
    assert "Repaired" not in said


@pytest.mark.parametrize("start", ["\n\n", "\ufeff", "`", " \ufeff\n"])
def test_something_before_the_first_tag_does_no_harm(tmp_path, start):
    bring_in(file(tmp_path, start + HEAD + post() + TAIL))
    assert Article.objects.count() == 1


@pytest.mark.parametrize("shift", range(12))
def test_what_lies_across_the_edge_of_a_chunk_is_read_as_one(tmp_path, shift):
    start = HEAD + post(title="T", content__encoded="BODY")
    filler = "x" * (CHUNK - len((start.partition("BODY")[0]).encode()) - shift)
    tricky = f"<![CDATA[{filler}]]><![CDATA[ é & &amp; ]]>&#233; & &eacute;<!-- & -->!"
    bring_in(file(tmp_path, start.replace("BODY", tricky) + TAIL))
    assert Article.objects.get().lead_html == f"<p>{filler} é &amp; &amp; é &amp; é!</p>\n"


def test_markup_inside_a_field_is_read_as_its_text(tmp_path):
    bring_in(file(tmp_path, HEAD + post(title="TITLE").replace("TITLE", "Wind <b>and</b> waves") + TAIL))
    assert Article.objects.get().title == "Wind and waves"


def test_a_comment_outside_any_post_is_not_taken_for_one(tmp_path):
    bring_in(write(tmp_path, comment(1), post("Lead.", comment(2))))
    assert Comment.objects.count() == 1


def test_a_large_file_is_never_in_memory_as_a_whole(tmp_path):
    path = write(
        tmp_path, *(post("The dike holds. " * 1_000, comment(number), wp__post_id=number) for number in range(500))
    )
    assert path.stat().st_size > 8_000_000
    tracemalloc.start()
    found = survey(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.items, found.comments) == (500, 500)
    assert peak < 1_500_000
