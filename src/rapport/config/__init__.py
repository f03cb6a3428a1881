"""How the parts are put together: settings, addresses, and the web entry point."""
