"""How fast the trainer is, beside PyTorch, scikit-learn and JAX: `make bench` writes RESULTS.md."""
