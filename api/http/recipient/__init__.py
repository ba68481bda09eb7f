"""The personal page: what a recipient sees behind the code of a letter, in the brand and nothing else."""
