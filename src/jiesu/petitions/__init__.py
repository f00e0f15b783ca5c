"""The statutory track (信访): notices, opinions and their service, on documents with numbers (信访工作条例 Art. 22–36)."""
