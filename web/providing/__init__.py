"""The provider's pages: the inbox, programmes and their places, registers, own listings."""
