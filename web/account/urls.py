from django.urls import path

from web.account import left, life, me, pages, sign_in

urlpatterns = [
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("forgotten-password/", sign_in.ForgottenPasswordView.as_view(), name="forgotten-password"),
    path("forgotten-password/sent/", sign_in.password_link_sent, name="password-link-sent"),
    path("new-password/<str:reference>/<str:signature>/", sign_in.NewPasswordView.as_view(), name="new-password"),
    path("typed/", left.left_page, name="left"),
    path("stay-signed-in/", life.go_on, name="stay-signed-in"),
    path("still-here/", life.still_here, name="still-here"),
    path("about/", pages.about, name="about"),
    path("help/", pages.help_page, name="help"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("me/", me.account_page, name="account"),
    path("me/messages/", me.PreferencesPage.as_view(), name="preferences"),
]
