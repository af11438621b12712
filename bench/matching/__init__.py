"""`python -m bench.matching`: how well records are matched, at what cost, beside other ways of doing it."""
