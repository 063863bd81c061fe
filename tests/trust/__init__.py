"""What a stranger's change must not be able to do: the rows of the threat model."""
