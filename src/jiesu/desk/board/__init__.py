"""What supervisors watch: every figure is a cut through the tickets, and leads to exactly those it counts."""
