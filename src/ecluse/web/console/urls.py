"""Addresses of the console."""

from django.urls import path

from ecluse.web.console import asks_page, breaches, case_page, coders, exposure, now, trace_page

urlpatterns = [
    path("", now.now, name="console_now"),
    path("live/", now.live, name="console_now_live"),
    path("cases/", case_page.case_list, name="console_cases"),
    path("cases/<str:ref>/", case_page.case, name="console_case"),
    path("cases/<str:ref>/act/<str:kind>/", case_page.act, name="console_case_act"),
    path("cases/<str:ref>/exposure/", exposure.exposure, name="console_exposure"),
    path("cases/<str:ref>/exposure/<str:kind>/", exposure.exposure_file, name="console_exposure_file"),
    path("cases/<str:ref>/breach/", breaches.open_from, name="console_breach_open"),
    path("breaches/", breaches.register_page, name="console_register"),
    path("breaches/<str:name>/", breaches.breach, name="console_breach"),
    path("breaches/<str:name>/<str:kind>/", breaches.notice, name="console_notice"),
    path("breaches/<str:name>/file/<int:number>.<str:kind>", breaches.notice_file, name="console_notice_file"),
    path("trace/", trace_page.trace, name="console_trace"),
    path("trace/<int:sequence>/proof/", trace_page.proof, name="console_proof"),
    path("asks/", asks_page.list_page, name="console_asks"),
    path("asks/<int:number>/", asks_page.ask_page, name="console_ask"),
    path("asks/<int:number>/paper/", asks_page.opened_paper, name="console_ask_paper"),
    path("coders/", coders.coders, name="console_coders"),
]
