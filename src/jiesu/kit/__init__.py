"""Tools without domain words: clock, working calendar, numbers, masking, paging, crypto, configuration files."""
