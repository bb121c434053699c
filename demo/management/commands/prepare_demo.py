"""Make a demonstration ready: tables up to date, an empty database filled, and who can sign in.

One command, because each start of Django costs a second or two and `make run` waits for all of it.
"""

from typing import Any

from django.core.management import call_command

from core.postgresql.roles import OwnersCommand
from demo.guard import refuse_outside_a_demo


class Command(OwnersCommand):
    help = "Migrate, fill an empty database with the made-up year, and show who can sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_a_demo()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("seed_demo", if_empty=True, stdout=self.stdout)
        self.stdout.write("")
        call_command("demo_logins", stdout=self.stdout)
