"""What may be asked of the list of services, for the REST list and the page alike. A wrong choice is an error."""

from typing import Any

import django_filters
from django import forms

from services_directory import selectors
from services_directory.enums import Capacity, Delivery, ProposalStatus, ReferralRoute, Weekday
from services_directory.models import ListingProposal, Service


class ServiceFilterForm(forms.Form):
    """Checks what no single filter can: a need that exists, a point that is whole."""

    def clean_need(self) -> Any:
        """Turn the id of a term, or the code of a need, into the ids to look for."""
        name = self.cleaned_data["need"]
        if not name:
            return None
        term_ids = selectors.terms_called(name)
        if not term_ids:
            raise forms.ValidationError("There is no such need: see /api/v1/needs/.")
        return term_ids

    def clean(self) -> dict[str, Any]:
        """Turn latitude, longitude and within_km into one point."""
        given = super().clean() or {}
        point = {name: given.get(name) for name in ("latitude", "longitude")}
        for name, value in point.items():
            if value is None and name not in self.errors and (any(v is not None for v in point.values())):
                self.add_error(name, "Send latitude and longitude together.")
        if given.get("within_km") is not None and all(value is None for value in point.values()):
            self.add_error("within_km", "Send latitude and longitude too: within_km of where?")
        return given


class ServiceFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no stubs
    """The filters of the list of services. All that are given must hold."""

    search = django_filters.CharFilter(
        max_length=200,
        help_text="Words in the name, the description, the organisation or the terms; all of them must be there.",
    )
    referral_route = django_filters.ChoiceFilter(choices=ReferralRoute.choices)
    takes_direct_referrals = django_filters.BooleanFilter(help_text="Whether a referrer may send straight to its hub.")
    need = django_filters.CharFilter(
        max_length=100, help_text="The code of a need (see /needs/), or the id of any term."
    )
    day = django_filters.ChoiceFilter(choices=Weekday.choices, help_text="On which it happens somewhere.")
    free = django_filters.BooleanFilter(help_text="true: only what can be had for nothing.")
    delivery = django_filters.ChoiceFilter(choices=Delivery.choices)
    capacity = django_filters.ChoiceFilter(choices=Capacity.choices)
    receiving_team = django_filters.ModelChoiceFilter(queryset=lambda request: selectors.receiving_teams())
    latitude = django_filters.NumberFilter(min_value=-90, max_value=90, help_text="With longitude: adds distance_km.")
    longitude = django_filters.NumberFilter(min_value=-180, max_value=180)
    within_km = django_filters.NumberFilter(min_value=0, max_value=1000)

    class Meta:
        model = Service
        fields: list[str] = []
        form = ServiceFilterForm

    def filter_queryset(self, queryset: Any) -> Any:
        """Ask the directory for what was given, in one go."""
        given = self.form.cleaned_data
        near = None
        if given["latitude"] is not None:
            within = given["within_km"]
            near = selectors.Near(
                latitude=float(given["latitude"]),
                longitude=float(given["longitude"]),
                within_km=None if within is None else float(within),
            )
        return selectors.narrowed(
            queryset,
            text=given["search"],
            route=given["referral_route"],
            takes_direct_referrals=given["takes_direct_referrals"],
            term_ids=given["need"],
            day=given["day"],
            free_only=bool(given["free"]),
            delivery=given["delivery"],
            capacity=given["capacity"],
            receiving_team=given["receiving_team"],
            near=near,
        )


class ProposalFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no stubs
    """The filters of the list of proposals."""

    status = django_filters.ChoiceFilter(choices=ProposalStatus.choices)
    service = django_filters.UUIDFilter(field_name="service_id")

    class Meta:
        model = ListingProposal
        fields: list[str] = []
