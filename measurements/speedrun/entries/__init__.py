"""A module for each entry: its function recipe(train_set, X_test, rng) returns labels."""
