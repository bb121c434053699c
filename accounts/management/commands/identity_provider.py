"""`manage.py identity_provider`: say by which provider the people of an organisation may sign in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import providers
from core.errors import NotVisible


class Command(BaseCommand):
    help = "Organisations' own identity providers (docs/signing-in.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        name = verbs.add_parser("name", help="the people of an organisation may sign in by a provider")
        name.add_argument("organization")
        name.add_argument("provider", help="its id in IDENTITY_PROVIDERS, or none")
        verbs.add_parser("list", help="which there are, and whose")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "list":
            for one in providers.configured():
                address = f"{settings.PUBLIC_URL}/sign-in/with/{one['provider_id']}/done/"
                self.stdout.write(f"{one['provider_id']}  {one['name']}\n    redirect URI: {address}")
            for organization, provider in providers.organizations_with_provider():
                self.stdout.write(f"{organization}: {provider}")
            return
        provider = "" if options["provider"] == "none" else options["provider"]
        try:
            providers.name_provider(organization=options["organization"], provider=provider)
        except NotVisible as refusal:
            raise CommandError(refusal.detail) from None
        self.stdout.write(f"{options['organization']}: {provider or 'no provider'}")
