"""What operations may ask for and what they cost: measured, priced and budgeted before they run."""
