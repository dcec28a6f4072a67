"""What a page is made of: formulas, blocks, digits, safe text."""
