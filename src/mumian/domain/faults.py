"""Why something about a domain cannot be believed, or is not there.

DomainFault
├── BadKey        a domain's secret cannot be read from its file
├── BadSignature  a signature does not fit what it is said to sign
├── BadConsents   a list of persons' consents is not the market's, or older than the one that is kept
├── BadCall       a metered call is not shown to be in its batch, or to have asked what it is said to have asked
├── BadReply      an answer that is not the asked domain's, not to this question, or not readable
└── Unreachable   no answer at all
"""

from __future__ import annotations


class DomainFault(Exception):  # noqa: N818  # a finding about the world outside, not an error of this program
    """Base of every finding; its text says what was found, and what was expected."""


class BadKey(DomainFault):
    pass


class BadSignature(DomainFault):
    pass


class BadConsents(DomainFault):
    pass


class BadCall(DomainFault):
    pass


class BadReply(DomainFault):
    pass


class Unreachable(DomainFault):
    pass
