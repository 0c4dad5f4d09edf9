"""Models of what each rater says, behind a trunk that they share."""
