"""One event to thousands of sockets: this server beside graphql-ws on Node."""
