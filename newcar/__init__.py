"""Monthly and annual reports of new-car dealers. Holds nothing yet but its place in the order of imports."""
