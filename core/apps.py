from django.apps import AppConfig
from django.core.checks import Tags, register

from core.checks import the_application_owns_nothing


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        register(the_application_owns_nothing, Tags.security, deploy=True)
