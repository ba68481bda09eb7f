"""Files from a scanner or a sender -> pages, each with its grey picture, or with what is wrong with it."""
