"""What is rendered when the command line asks for it, and by what."""
