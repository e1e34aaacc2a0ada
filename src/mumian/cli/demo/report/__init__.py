"""`report.html`: the demo's story as one self-contained page in two languages, for people and for print.

render    the page as text
write     the page as a file
"""

from mumian.cli.demo.report.page import render, write

__all__ = ["render", "write"]
