from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

handler429 = "accounts.limits.too_many"
handler500 = "newsroom.unavailable.server_error"

admin.site.site_header = admin.site.site_title = settings.SITE_NAME
# One way in, with its limits and second factor, for readers and newsroom alike.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("admin/", admin.site.urls),
    # Browsers ask for it where a page names no icon, as the admin's. Lazy: `collectstatic` may not have run yet.
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("icon.svg"))),
    path("", include("accounts.urls")),
    path("", include("comments.urls")),
    path("", include("articles.urls")),
]
