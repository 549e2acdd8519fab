"""What sellers charge for shipping, on their page."""
