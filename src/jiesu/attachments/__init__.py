"""Files that belong to a ticket: checked, kept encrypted, served by short-lived links."""
