"""gridpoints: civility points that everybody can check."""
