"""Files of a class: rosters, variants, overrides."""
