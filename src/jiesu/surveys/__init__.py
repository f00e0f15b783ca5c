"""The satisfaction survey: sent when a result is approved, answered once, never guessed."""
