"""What runs before and around Django: the one-command start and the test run."""
