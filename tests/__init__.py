"""Tests of viva, and the fakes they share."""
