"""The public shape: schema, transports, command line."""
