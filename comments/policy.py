"""Whether readers may write on an article: open, held for a look first, or closed; for those on duty."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from articles.models import Article
from comments.forms import PolicyForm
from comments.views import form_page, moderators_only


@never_cache
@moderators_only
@form_page
def policy(request: HttpRequest, topic: str, slug: str) -> HttpResponse:
    article = get_object_or_404(Article.objects.at(topic, slug))
    form = PolicyForm(request.POST or None, initial={"policy": article.comment_policy})
    if form.is_valid():
        if form.cleaned_data["policy"] != article.comment_policy:
            article.edit(comment_policy=form.cleaned_data["policy"])
        return redirect("comments", topic, slug)
    with article.locale():
        status = 422 if form.is_bound else 200
        return render(request, "comments/policy.html", {"article": article, "form": form}, status=status)
