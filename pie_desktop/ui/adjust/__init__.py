"""The side panel below the styles: strength, amount, and how much of the edit is the user's."""
