"""What becomes of personal data: under which key it lies, how long it is kept, how it ends."""
