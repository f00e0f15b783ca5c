"""普遍联系: the people a unit keeps in touch with, how often, and what came of it."""
