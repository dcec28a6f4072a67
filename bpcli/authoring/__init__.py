"""Problems made and remade."""
