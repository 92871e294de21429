"""The words of viva as frozen dataclasses and enums; no input, no output."""
