"""What is checked of a diagram before it may be deployed: format, drawing, names, expressions, and that every case reaches an end."""
