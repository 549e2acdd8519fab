"""Who takes the money: one interface, one adapter per provider."""
