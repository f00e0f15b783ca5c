"""What works in the background: broker, relay, actors and the invariants they keep."""
