"""`{% load words %}`: the few words that a template needs without a view, such as on a 404."""

from django import template

from web import words

register = template.Library()
register.simple_tag(words.service_name)
