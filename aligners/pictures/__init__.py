"""Word links as pictures, in the terminal and as SVG."""
