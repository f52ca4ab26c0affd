"""Addresses of the gate, all below ``/gate/``.

Their doors: signed in; the reviews are the data protection officer's.
"""

from django.urls import path

from ecluse.gate import views

urlpatterns = [
    path("no/<str:signed>/", views.refused_page, name="gate_no"),
    path("justify/", views.justify_view, name="gate_justify"),
    path("glass/", views.glass_view, name="gate_glass"),
    path("glass/<str:signed>/", views.glass_page, name="gate_glass_page"),
    path("second/", views.second_view, name="gate_second"),
    path("give/<str:signed>/", views.give_view, name="gate_give"),
    path("reviews/", views.reviews_list, name="gate_reviews"),
    path("reviews/<int:pk>/", views.review, name="gate_review"),
]
