"""Small models that tests build: random ones of each family, and one that is trained."""
