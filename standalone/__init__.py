"""The whole service on one machine, with nothing installed: for trial, for development, for tests.

Here live the environment (`.venv`), the embedded servers, the mail catcher and the supervisor behind `make run`
and `make test`. What the service does is not here: this package knows it only as commands and an address to ask,
and imports neither Django nor an app.
"""
