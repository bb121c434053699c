"""Addresses of this part; `web/urls.py` includes them."""

from django.urls import URLPattern, path, re_path

from web.referring import discharge, lists, making, messages_back, page, sent

REFERRAL = r"(?P<reference>[Rr]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5})"
MESSAGE = r"(?P<reference>[Mm]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5})"
urlpatterns: list[URLPattern] = [
    path("refer/", making.NewReferralPage.as_view(), name="refer"),
    path("refer/known/", making.known, name="refer-known"),
    re_path(rf"^refer/{REFERRAL}/$", making.DraftPage.as_view(), name="refer-draft"),
    re_path(rf"^r/{REFERRAL}/sent/$", sent.sent_page, name="referral-sent"),
    re_path(rf"^r/{REFERRAL}/slip/$", sent.slip_page, name="referral-slip"),
    re_path(rf"^r/{REFERRAL}/answer/$", page.AnswerPage.as_view(), name="answer"),
    re_path(rf"^r/{REFERRAL}/discharge/$", discharge.DischargePage.as_view(), name="edit-discharge"),
    path("referrals/", lists.my_referrals, name="my-referrals"),
    path("messages-back/", messages_back.messages_back_page, name="messages-back"),
    re_path(rf"^r/{MESSAGE}/text/$", messages_back.message_text, name="message-text"),
    re_path(rf"^r/{MESSAGE}/file/$", messages_back.file_message, name="file-message"),
]
