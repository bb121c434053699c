"""`make run`: the whole service on this machine, until Ctrl-C."""

import http.client
import os
import sys
import time
from functools import partial

from standalone import notify_catcher, processes
from standalone.children import Child
from standalone.console import say
from standalone.embedded import Services, shown, start_servers
from standalone.folders import PROJECT, alone_in, empty, working_folder
from standalone.ports import LOCALHOST, Ports, answers, choose_ports
from standalone.supervisor import Supervisor

# What celery logs once its code has been loaded; nothing else tells, because neither listens on a port.
FIRST_WORDS = {"worker": " ready.", "webhooks": " ready.", "beat": "beat: Starting"}
OWNERS = "MIGRATION_DATABASE_URL"
ALREADY_RUNNING = (
    "The service of this folder is already running (process {pid}): "
    'stop it first, with Ctrl-C where it runs or with "kill {pid}".'
)


def run() -> int:
    """Start everything, say where it is, and look after it until asked to stop; return the exit code."""
    begun = time.monotonic()
    os.chdir(PROJECT)
    folder = working_folder(PROJECT / "var")
    with alone_in(folder, ALREADY_RUNNING):
        supervisor = Supervisor(folder)
        with supervisor:
            ports = choose_ports()
            services = start_servers(supervisor, (ports.postgres, ports.redis), durable=True)
            environment = children_environment(ports, services)
            environment["PROMETHEUS_MULTIPROC_DIR"] = str(empty(folder / "metrics"))
            logins = prepare_data(supervisor, environment | owners_environment(services))
            start_processes(supervisor, ports, environment)
            say(f"\nReady in {time.monotonic() - begun:.1f} s.\n")
            say(f"  The service   http://{LOCALHOST}:{ports.web}/")
            say(f"  Sent mail     http://{LOCALHOST}:{ports.mail_web}/")
            say(f"  Sent texts    http://{LOCALHOST}:{ports.notify}/  (and letters)")
            say(f"  Logs          {shown(supervisor.logs)}\n")
            say(logins.rstrip())
            say("\nCtrl-C stops everything and keeps the data.")
            supervisor.tend_forever()
            say("\nStopping…")
        say("Stopped.")
    return 0


def children_environment(ports: Ports, services: Services) -> dict[str, str]:
    """Return what the service's processes are told: everything of a demo, so that no demo reaches a real mailbox.

    Who owns the tables is for `owners_environment` alone.
    """
    secret_key = os.environ.get("SECRET_KEY") or services.secret_key
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(OWNERS)},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEPLOYMENT": "demo",
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "SECRET_KEY": secret_key,
        "PUBLIC_URL": f"http://{LOCALHOST}:{ports.web}",
        "ALLOWED_HOSTS": f"{LOCALHOST},localhost",
        "EMAIL_HOST": LOCALHOST,
        "EMAIL_PORT": str(ports.smtp),
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": "0",
        "NOTIFY_URL": f"http://{LOCALHOST}:{ports.notify}",
        "NOTIFY_API_KEY": notify_catcher.API_KEY,
        "NOTIFY_SMS_TEMPLATE": notify_catcher.TEMPLATES["sms"],
        "NOTIFY_LETTER_TEMPLATE": notify_catcher.TEMPLATES["letter"],
        "PYTHONUNBUFFERED": "1",
    }


def owners_environment(services: Services) -> dict[str, str]:
    """Return what is told besides to what makes and changes tables."""
    return {OWNERS: services.owner_url}


def prepare_data(supervisor: Supervisor, environment: dict[str, str]) -> str:
    """Bring the database up to date and give an empty one its demo; return who can sign in."""
    say("Preparing the database; an empty one is given the demo's people and their year (once; three or four minutes)…")
    command = [sys.executable, "manage.py", "prepare_demo"]
    return supervisor.finish(supervisor.begin("prepare_demo", command, environment, PROJECT))


def start_processes(supervisor: Supervisor, ports: Ports, environment: dict[str, str], *, patience: float = 60) -> None:
    """Start the catchers, web, worker, webhooks and beat, and wait until the service says that it is well."""
    var = supervisor.folder
    catcher = ["standalone.mail_catcher", "--folder", str(var / "mail")]
    catcher += ["--smtp-port", str(ports.smtp), "--web-port", str(ports.mail_web)]
    commands = {
        "mail": catcher,
        "notify": processes.notify_catcher(str(var / "notify"), ports.notify),
        "web": processes.web(LOCALHOST, ports.web),
        "worker": processes.worker(),
        "webhooks": processes.webhooks(),
        "beat": processes.beat(str(var / "beat-schedule")),
    }
    say("Starting the catchers of mail and texts, web, worker and beat…")
    children = {}
    for name, command in commands.items():
        # By module and this Python, not by script: the scripts of a moved environment name the old place.
        child = Child(
            name=name,
            command=[sys.executable, "-m", *command],
            environment=supervisor.marked(environment),
            folder=PROJECT,
            log=supervisor.logs / f"{name}.log",
        )
        children[name] = supervisor.start(child)
    supervisor.wait_for(children["mail"], lambda: answers(ports.smtp) and answers(ports.mail_web), patience)
    supervisor.wait_for(children["notify"], lambda: answers(ports.notify), patience)
    supervisor.wait_for(children["web"], lambda: is_healthy(ports.web), patience)
    for name, words in FIRST_WORDS.items():
        supervisor.wait_for(children[name], partial(children[name].has_begun, words), patience)


def is_healthy(port: int) -> bool:
    """Ask the service whether it is well."""
    connection = http.client.HTTPConnection(LOCALHOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
