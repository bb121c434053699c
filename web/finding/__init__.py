"""Finding services for a person: search, a service, offering and signposting."""
