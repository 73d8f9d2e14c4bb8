"""
Whatever stands in a message, it has the headers that the host gives it and no others, and says what was meant.
"""

from email import message_from_bytes, policy

from hypothesis import given, settings
from hypothesis import strategies as st

from honeyhost.services.mail.letter import read_letter
from honeyhost.services.mail.mailboxes import read_mailbox
from honeyhost.services.unmeant import UnmeantError

HEADERS = {
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Honeyhost-Plugin",
    "MIME-Version",
}
SENDER = read_mailbox("Platform <platform@acme.example>")

pieces = st.sampled_from(
    ["\r\n", "\n", "\r", "Bcc: eve@evil.example", "\x00", "\u2028", "\x85", "=?utf-8?q?=0ABcc:_x?=", ",", "<", ">", '"', "@"]
)
texts = st.one_of(st.text(max_size=120), st.lists(st.one_of(pieces, st.text(max_size=20)), max_size=6).map("".join))
boxes = st.one_of(
    st.builds(lambda name: f"{name} <ada@acme.example>", texts),
    texts.map(lambda name: f"{name}@acme.example"),
    st.just("Ada <ada@acme.example>"),
)


@settings(deadline=None, max_examples=300)
@given(to=boxes, cc=boxes, reply_to=boxes, subject=texts, body=texts)
def test_a_message_has_no_header_but_the_host_s(to, cc, reply_to, subject, body):
    try:
        letter = read_letter(to, subject, body, html=None, cc=[cc], reply_to=reply_to)
        data = letter.written(SENDER, "clinic")
    except UnmeantError:
        return
    message = message_from_bytes(data, policy=policy.default)
    names = [name for name in message.keys() if not name.startswith("Content-")]  # noqa: SIM118 - a message is no mapping
    assert sorted(names) == sorted(HEADERS)
    assert [address.domain for name in ("to", "cc", "reply-to") for address in message[name].addresses] == ["acme.example"] * 3
    assert len(letter.recipients) == len({box.addr_spec for box in (*letter.to, *letter.cc)})
    assert message["from"].addresses == (SENDER,)
    assert message["x-honeyhost-plugin"] == "clinic"


@settings(deadline=None, max_examples=300)
@given(boxes)
def test_a_mailbox_is_one_address(text):
    try:
        box = read_mailbox(text)
    except UnmeantError:
        return
    assert box.domain == "acme.example"
    assert read_mailbox(box.addr_spec).addr_spec == box.addr_spec
