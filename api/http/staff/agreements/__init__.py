"""Pages of questions: written with a look at what people get, asked, followed, and unclear answers settled."""
