"""Pages of used-car trades and of their imports."""
