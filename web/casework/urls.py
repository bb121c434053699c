"""Addresses of this part; `web/urls.py` includes them."""

from django.urls import path, re_path

from web.casework import about_person, everyday, health, known, lists
from web.casework.contact import LogContactPage
from web.casework.follow_up import TeamFollowUpPage
from web.casework.measures import RecordMeasurePage
from web.casework.plan_form import SavePlanPage

ONWARD = r"^r/(?P<reference>[Oo]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5})"
REFERRAL = r"^r/(?P<reference>[Rr]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5})"
urlpatterns = [
    path("triage/", lists.triage, name="triage"),
    path("due/", lists.due, name="due"),
    path("caseload/", lists.cases, name="caseload"),
    re_path(rf"{REFERRAL}/contact/$", LogContactPage.as_view(), name="log-contact"),
    re_path(rf"{REFERRAL}/note/$", everyday.WriteNotePage.as_view(), name="write-note"),
    re_path(rf"{REFERRAL}/tasks/add/$", everyday.AddTaskPage.as_view(), name="add-task"),
    re_path(rf"{REFERRAL}/tasks/(?P<task_id>[0-9]{{1,18}})/done/$", everyday.task_done, name="task-done"),
    re_path(rf"{REFERRAL}/allocate/$", everyday.AllocatePage.as_view(), name="allocate"),
    re_path(rf"{REFERRAL}/plan/$", SavePlanPage.as_view(), name="save-plan"),
    re_path(rf"{REFERRAL}/measure/$", RecordMeasurePage.as_view(), name="record-measure"),
    re_path(rf"{REFERRAL}/contact-details/$", about_person.ChangeContactPage.as_view(), name="change-contact"),
    re_path(rf"{REFERRAL}/address/$", about_person.RecordAddressPage.as_view(), name="record-address"),
    re_path(rf"{REFERRAL}/nhs-number/$", about_person.CorrectNhsNumberPage.as_view(), name="correct-nhs-number"),
    re_path(rf"{REFERRAL}/risk/$", about_person.RecordRiskPage.as_view(), name="record-risk"),
    re_path(rf"{REFERRAL}/risks/(?P<risk_id>[0-9]{{1,18}})/over/$", about_person.risk_over, name="risk-over"),
    re_path(rf"{REFERRAL}/consent/$", about_person.RecordConsentPage.as_view(), name="record-consent"),
    re_path(rf"{REFERRAL}/health/$", health.RecordObservationsPage.as_view(), name="record-observations"),
    re_path(rf"{REFERRAL}/clearance/$", health.RecordClearancePage.as_view(), name="record-clearance"),
    re_path(rf"{REFERRAL}/clearance/ask/$", health.RequestClearancePage.as_view(), name="request-clearance"),
    re_path(rf"{REFERRAL}/known/$", known.WriteRecordPage.as_view(), name="write-record"),
    re_path(rf"{ONWARD}/follow-up/$", TeamFollowUpPage.as_view(), name="record-follow-up"),
]
