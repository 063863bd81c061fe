"""Tables compiled into the package: looked up, never computed."""
