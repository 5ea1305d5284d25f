"""What the model learns from: photographs, simulated captures, simulated users, and users' own pairs."""
