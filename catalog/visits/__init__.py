"""Who looked at what: counted, and remembered for the visitor."""
