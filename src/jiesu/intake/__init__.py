"""What a petitioner does: file, follow, supplement, withdraw."""
