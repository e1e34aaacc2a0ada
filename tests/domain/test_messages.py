"""Messages are signed both ways, heard once, and changed by nobody on the way."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
import rfc8785
from town import AIRLINES, INSURER, STRANGER, Entropy, Town, served

from mumian.domain import messages as m
from mumian.domain.faults import BadReply, BadSignature, Unreachable
from mumian.domain.http import PATH, HttpPort, domain_app
from mumian.domain.keys import DomainKeys, verify
from mumian.kernel.canonical import canonical
from mumian.kernel.ids import JobId, PartyId


def a_request(town: Town, **changed: object) -> bytes:
    given = {
        "to": AIRLINES[0],
        "sender": INSURER.public_key().public_bytes_raw().hex(),
        "nonce": "00" * 16,
        "at": town.clock.now,
        "body": m.ShowCard(),
    }
    return m.seal_request(m.Request(**given | changed), INSURER)  # type: ignore[arg-type]


def opened(town: Town, request: bytes, reply: bytes) -> m.ReplyBody:
    return m.open_reply(reply, request=request, domain=AIRLINES[0], domain_key=town.root.public_hex)


def test_the_bytes_of_a_request_are_frozen(town: Town) -> None:
    """A second implementation must make these very bytes (Ed25519 is deterministic)."""
    request = a_request(town)
    assert msgspec.json.decode(request) == {
        "message": {
            "at": 1_790_000_000_000,
            "body": {"type": "request.ShowCard"},
            "nonce": "00" * 16,
            "sender": "1398f62c6d1a457c51ba6a4b5f3dbd2f69fca93216218dc8997e416bd17d93ca",
            "to": "airline-a",
        },
        "signature": "713c0ee5ee3307b1ba5881bcd1a19daec89a2dd51cbb5e453c169b48b0ff71fb13886b8741666492f43817161287a20cb733530139c5fdbda077a5cab1a42403",
    }
    INSURER.public_key().verify(
        bytes.fromhex(msgspec.json.decode(request)["signature"]),
        b"mumian/request/v1\n" + rfc8785.dumps(msgspec.json.decode(request)["message"]),
    )
    assert rfc8785.dumps(msgspec.json.decode(request)) == request


def test_a_card_is_the_word_of_its_domain(town: Town) -> None:
    shown = town.ask(m.ShowCard())
    assert isinstance(shown, m.CardShown)
    verify(town.root.public_hex, shown.card.signature, shown.card.signed_bytes)
    assert shown.card.mask_key != town.root.public_hex


def with_each_bit_changed(data: bytes) -> Iterator[bytes]:
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def test_a_request_with_any_bit_changed_is_not_heard(town: Town) -> None:
    for changed in with_each_bit_changed(a_request(town)):
        with pytest.raises((ValueError, BadSignature)):
            m.open_request(changed)


def test_a_reply_with_any_bit_changed_is_not_believed(town: Town) -> None:
    request = a_request(town)
    reply = town.root.handle(request)
    assert isinstance(opened(town, request, reply), m.CardShown)
    for changed in with_each_bit_changed(reply):
        with pytest.raises(BadReply):
            opened(town, request, changed)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"null", b'{"message":1,"signature":""}', b"[" * 10_000])
def test_bytes_that_are_no_request_are_refused_in_words(town: Town, data: bytes) -> None:
    answer = opened(town, data, town.root.handle(data))
    assert isinstance(answer, m.NotDone)
    assert answer.refusal == "domain.MESSAGE_MALFORMED"
    assert "{" not in answer.zh.replace(str(answer.detail["reason"]), "")


def test_a_request_in_other_bytes_of_the_same_meaning_is_refused(town: Town) -> None:
    """Spaces, another order of keys: one message has one form."""
    request = a_request(town)
    for other in (request + b" ", b'{ "' + request[2:]):
        answer = opened(town, other, town.root.handle(other))
        assert isinstance(answer, m.NotDone)
        assert "not canonical" in answer.en


def test_a_message_beyond_the_limit_is_not_read(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m, "MESSAGE_BYTES_MAX", 100)
    request = a_request(town)
    answer = opened(town, request, town.root.handle(request))
    assert isinstance(answer, m.NotDone)
    assert "bytes exceed 100" in answer.en


def test_a_reply_to_another_question_or_of_another_domain_is_not_believed(town: Town) -> None:
    one, two = a_request(town), a_request(town, nonce="11" * 16)
    with pytest.raises(BadReply, match="not of `airline-a` to this request"):
        opened(town, one, town.root.handle(two))
    other = town.domains[AIRLINES[1]]
    with pytest.raises(BadReply, match="gave no signed reply"):
        opened(town, one, other.handle(one))
    with pytest.raises(BadReply):
        m.open_reply(town.root.handle(one), request=one, domain=AIRLINES[1], domain_key=town.root.public_hex)


def test_a_message_is_heard_once_until_it_is_too_old_to_be_heard_at_all(town: Town) -> None:
    request = a_request(town)
    answers = []
    for later_ms in (0, 1, 300_000, 300_001, 10**9):
        town.clock.now = 1_790_000_000_000 + later_ms
        answers.append(opened(town, request, town.root.handle(request)))
    assert isinstance(answers[0], m.CardShown)
    refusals = [answer.refusal for answer in answers[1:] if isinstance(answer, m.NotDone)]
    assert refusals == ["domain.MESSAGE_REPLAYED"] * 2 + ["domain.MESSAGE_STALE"] * 2


def test_a_message_of_before_a_restart_is_not_heard_again_after_it(town: Town) -> None:
    request = a_request(town)
    opened(town, request, town.root.handle(request))
    town.clock.now += 1
    again = opened(town, request, town.reopen(AIRLINES[0]).handle(request))
    assert isinstance(again, m.NotDone)
    assert again.refusal == "domain.MESSAGE_STALE"


def test_nonces_are_forgotten_when_their_messages_are_too_old(town: Town) -> None:
    for nth in range(50):
        town.clock.now += 100_000
        town.ask(m.ShowCard())
        assert len(town.root._nonces._seen) <= 8, nth


def test_a_domain_that_does_not_answer_is_unreachable(town: Town) -> None:
    with served(town.root) as port:
        url = port._url.removesuffix(PATH)
    gone = HttpPort(url, timeout_s=5)
    with pytest.raises(Unreachable, match="gives no answer"):
        gone.send(b"{}")
    gone.close()


def test_only_a_post_to_the_one_path_with_a_length_is_served(town: Town) -> None:
    with served(town.root) as port:
        url, pool = port._url, port._pool
        assert pool.request("GET", url).status == 405
        assert pool.request("POST", url + "/other", body=b"{}").status == 404
        wrong = HttpPort(url)
        with pytest.raises(Unreachable, match="answers 404"):
            wrong.send(b"{}")
        wrong.close()


@pytest.mark.parametrize(
    ("length", "status"),
    [("", "411 Length Required"), ("-1", "411 Length Required"), ("x", "411 Length Required"), ("1" + "0" * 9, "413")],
)
def test_a_message_of_no_stated_or_too_great_length_is_not_read(length: str, status: str) -> None:
    told: list[str] = []

    def unread(_data: bytes) -> bytes:
        raise AssertionError

    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": PATH, "CONTENT_LENGTH": length, "wsgi.input": None}
    body = domain_app(unread)(environ, lambda said, _headers: told.append(said))  # type: ignore[arg-type]
    assert told[0].startswith(status)
    assert b"".join(body)


def test_keys_are_derived_and_never_shared_between_uses() -> None:
    keys = DomainKeys(b"\x01" * 32)
    card = keys.card(PartyId("airline-a"))
    assert card == DomainKeys(b"\x01" * 32).card(PartyId("airline-a"))
    assert keys.salt("a", "b") != keys.salt("ab") != keys.salt("a")
    assert len({keys.salt("a"), keys.salt("b"), DomainKeys(b"\x02" * 32).salt("a")}) == 3


def test_a_caller_signs_as_itself(town: Town) -> None:
    town.root.run(town.ticket())
    stranger = town.ask(m.CollectAnswer(JobId("job-1")), key=STRANGER)
    assert stranger.refusal == "domain.NOT_THE_CONSUMER"
    caller = m.Caller(STRANGER, clock=town.clock, entropy=Entropy(b"x"))
    assert caller.public_hex == STRANGER.public_key().public_bytes_raw().hex()
    assert canonical(town.ask(m.CollectAnswer(JobId("job-1"))).answer) != b""
