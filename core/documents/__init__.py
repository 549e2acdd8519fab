"""What files that people keep have in common, whatever they are about."""
