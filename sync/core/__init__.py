"""Pure domain: no I/O, no clock, no logging, no SDK."""
