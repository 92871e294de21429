"""Papers: a folder of PDF files becomes examples, each with the file and the page it was drawn from."""
