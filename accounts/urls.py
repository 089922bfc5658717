from allauth.account import views as allauth_views
from django.urls import include, path

from accounts import views

urlpatterns = [
    path("accounts/login/", views.sign_in, name="login"),
    path("accounts/login/code/", views.enter_code, name="account_confirm_login_code"),
    path("accounts/login/password/", views.PasswordView.as_view(), name="login-password"),
    path("accounts/logout/", views.SignOutView.as_view(), name="logout"),
    path("accounts/signed-in/", views.signed_in, name="signed-in"),
    path("accounts/name/", views.name, name="name"),
    path("accounts/you/", views.you, name="you"),
    path("accounts/settings/", views.your_settings, name="settings"),
    path("accounts/second-factor/", views.second_factor, name="second-factor"),
    # allauth's own pages, in our templates (templates/allauth/); its names for ours.
    path("accounts/login/", views.sign_in, name="account_login"),
    path("accounts/login/", views.sign_in, name="account_request_login_code"),
    path("accounts/logout/", views.SignOutView.as_view(), name="account_logout"),
    path("accounts/signup/", views.to_sign_in, name="account_signup"),
    path("accounts/password/reset/", views.to_sign_in, name="account_reset_password"),
    path("accounts/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("accounts/email/", allauth_views.email, name="account_email"),
    path("accounts/email/code/", allauth_views.email_verification_sent, name="account_email_verification_sent"),
    path("accounts/password/change/", allauth_views.password_change, name="account_change_password"),
    path("accounts/password/set/", allauth_views.password_set, name="account_set_password"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]
