"""Floor 1: the only place that starts processes or opens sockets."""
