"""Jobs of the bridge."""
