"""What every module of the domain stands on."""
