"""Filters of lists that say no to what means nothing."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError

_WORDS = {"true": True, "1": True, "false": False, "0": False}


class YesOrNoField(forms.Field):
    """true or false; Django's own takes any other word for "not asked", and a misspelt one widens the list."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> bool | None:
        """Return what is meant; None where nothing is said.

        :raises ValidationError: if it is neither.
        """
        if value in self.empty_values:
            return None
        if (said := _WORDS.get(str(value).lower())) is None:
            raise ValidationError("Say true or false.")
        return said


class YesOrNoFilter(django_filters.BooleanFilter):  # type: ignore[misc]  # untyped there
    """Filters by yes or no."""

    field_class = YesOrNoField
