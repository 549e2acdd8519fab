"""What goes to the highest bidder. A room that is still empty."""
