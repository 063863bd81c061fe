"""Floor 2a: meaning that several formats share, such as the pod spec, Docker's options and image references."""
