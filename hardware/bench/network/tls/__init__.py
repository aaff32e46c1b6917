"""TLS on the virtual network: servers with certificates of the bench's own CA."""
