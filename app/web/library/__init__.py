"""流程库: the procedures of every place with their drawings, documents and articles."""
