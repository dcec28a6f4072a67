"""The words of the catalogue, family by family: data only, so that they can be translated."""
