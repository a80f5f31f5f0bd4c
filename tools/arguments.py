"""Arguments of programs, for argparse."""

import argparse


def number_from(least, most, kind=int):
    """The type of an argument that is a number in a range."""
    def convert(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(f"not a number from {least} to {most}: {text!r}")
        return value
    return convert
