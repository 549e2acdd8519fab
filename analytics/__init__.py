"""What happened: sales facts, reports, recommendations. A room that is still empty."""
