"""The directory of the demonstration: Stockport, with what sources say of it and what we made up, kept apart."""
