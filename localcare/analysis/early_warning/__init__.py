"""Early warning scores from observations at the bedside or at home: plain functions, light to import."""
