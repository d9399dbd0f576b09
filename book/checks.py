def problems_of(out): return []
