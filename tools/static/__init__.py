"""Static checking of a driver's source: levels and locks, from clang's syntax tree."""
