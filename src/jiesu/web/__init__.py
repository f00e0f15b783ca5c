"""HTTP: the JSON API, the pages, and how errors are shown."""
