"""Stand-ins and made-up data that tests share."""
