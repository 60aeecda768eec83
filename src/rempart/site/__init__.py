"""The Django site: settings, addresses of pages, security headers and the way the server is run."""
