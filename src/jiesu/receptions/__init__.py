"""接访、约访、下访: days on which leaders receive people, and who has booked."""
