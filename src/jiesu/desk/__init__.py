"""What staff see: queues and the ticket screen."""
