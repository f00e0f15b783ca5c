"""The weekly analysis (一周一研判) and the monthly bulletin: one value, shown as a page and made into a Word file."""
