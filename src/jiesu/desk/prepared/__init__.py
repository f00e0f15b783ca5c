"""Files that somebody asks for and a worker makes: reports, and lists too long for one answer."""
