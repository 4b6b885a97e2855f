"""What an organisation has been told."""
