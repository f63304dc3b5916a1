"""Pages of the kernel: the front page, and in the demo the mail that was sent and the style guide."""
