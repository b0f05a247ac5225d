"""Law and arithmetic as pure functions: frozen data in, frozen data out."""
