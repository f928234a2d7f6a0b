"""How fast this system is: queries beside other servers, and the event stream by itself."""
