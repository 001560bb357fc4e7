"""What the product is measured by: `make bench` prints one JSON object a line."""
