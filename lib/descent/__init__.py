"""The dynamics of gradient descent: landscapes, orbits, basins, reachability, networks, and live figures of them."""
