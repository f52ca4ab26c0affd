"""Addresses of the clinicians' pages. A patient is named by pseudonym: no address says who they are."""

from django.urls import path, re_path

from ecluse.record.pages.chart import patient, patient_part, patient_print
from ecluse.record.pages.contacting import patient_contacts
from ecluse.record.pages.documents import patient_document
from ecluse.record.pages.finding import search
from ecluse.record.pages.home import home
from ecluse.record.pages.openings import patient_opened
from ecluse.record.pages.prescribing import patient_prescribe

REF = r"^patient/(?P<ref>[0-9a-f]{32})/"

urlpatterns = [
    path("", home, name="home"),
    path("search/", search, name="search"),
    re_path(rf"{REF}$", patient, name="patient"),
    re_path(rf"{REF}(?P<part>contact|coverage)/$", patient_part, name="patient_part"),
    re_path(rf"{REF}print/$", patient_print, name="patient_print"),
    re_path(rf"{REF}prescribe/$", patient_prescribe, name="patient_prescribe"),
    re_path(rf"{REF}contacts/$", patient_contacts, name="patient_contacts"),
    re_path(rf"{REF}opened/$", patient_opened, name="patient_opened"),
    re_path(rf"{REF}document/(?P<number>[0-9]{{1,9}})/$", patient_document, name="patient_document"),
]
