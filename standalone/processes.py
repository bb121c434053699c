"""The commands of the service's own processes, and of the stand-in for GOV.UK Notify: the one place that says them.

`docker-compose.yml` starts them the same way; a test compares.
"""

QUEUES = "notifications,periodic,default"
WEBHOOKS = "webhooks"
"""The queue that has a process of its own: whoever waits there for somebody else's server keeps no email waiting."""
APP = ("celery", "-A", "config")


def web(host: str, port: int) -> list[str]:
    """Return the web server's command: one blocking thread per worker process was measured to be the fastest."""
    command = ["granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "1", "--no-ws"]
    # Without the first a worker's death ends them all; without the second a stuck request would hold up the stop.
    command += ["--respawn-failed-workers", "--workers-kill-timeout", "5"]
    return [*command, "config.wsgi:application"]


def worker() -> list[str]:
    """Return the worker's command; one worker has nobody to gossip with, and asking costs a second at the start."""
    command = [*APP, "worker", "-Q", QUEUES, "--concurrency", "2", "--loglevel", "INFO"]
    return [*command, "--without-gossip", "--without-mingle"]


def webhooks() -> list[str]:
    """Return the command of the worker that delivers webhooks; one process sends to several endpoints at a time."""
    command = [*APP, "worker", "-n", "webhooks@%h", "-Q", WEBHOOKS, "--concurrency", "1", "--loglevel", "INFO"]
    return [*command, "--without-gossip", "--without-mingle"]


def beat(schedule: str) -> list[str]:
    """Return the timetable's command; its file only remembers when each entry last ran."""
    return [*APP, "beat", "--schedule", schedule, "--loglevel", "INFO"]


def notify_catcher(folder: str, port: int, *, host: str = "127.0.0.1") -> list[str]:
    """Return the command of the stand-in for GOV.UK Notify; for development and trial only."""
    return ["standalone.notify_catcher", "--folder", folder, "--host", host, "--port", str(port)]
