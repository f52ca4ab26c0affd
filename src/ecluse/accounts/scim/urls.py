"""Every address below ``/scim/v2/``. What is not in it is answered as a SCIM error too."""

from django.urls import path

from ecluse.accounts.scim import views

app_name = "scim"
urlpatterns = [
    path("Users", views.users, name="users"),
    path("Users/<int:pk>", views.user, name="user"),
    path("Users/.search", views.search_users, name="search-users"),
    path("Groups/.search", views.search_groups, name="search-groups"),
    path(".search", views.search_all, name="search"),
    path("Groups", views.groups, name="groups"),
    path("Groups/<int:pk>", views.group, name="group"),
    path("ServiceProviderConfig", views.config, name="config"),
    path("ResourceTypes", views.types, name="types"),
    path("ResourceTypes/<str:name>", views.types, name="type"),
    path("Schemas", views.schemas, name="schemas"),
    path("Schemas/<str:name>", views.schemas, name="schema"),
    path("<path:rest>", views.nowhere, name="nowhere"),
]
