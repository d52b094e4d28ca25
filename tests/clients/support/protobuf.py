"""Protobuf answers of `/records`, as the JSON that says the same. The numbers of members are the producers'."""

import base64

MEDIA_TYPE = "application/x-protobuf"
TEXTS = {
    14: "next_partition_cursor", 17: "partition_key", 18: "sequence_number", 23: "partition_id", 24: "sequence_number",
    25: "error_code", 26: "error_message", 28: "timestamp_type",
}  # fmt: skip
NUMBERS = {21: "failed_record_count", 27: "timestamp"}
RECORDS = (16, 22)
DATA = 19


def members(message):
    """The members of one message; ValueError if it is none, or has a member that is not known."""
    found, at = {}, 0
    while at < len(message):
        tag, at = number(message, at)
        field, kind = tag >> 3, tag & 7
        value, at = number(message, at)
        if kind == 0 and field in NUMBERS:
            found[NUMBERS[field]] = value
            continue
        content, at = message[at : at + value], at + value
        if kind == 2 and at <= len(message) and field in TEXTS:
            found[TEXTS[field]] = content.decode()
        elif kind == 2 and at <= len(message) and field in RECORDS:
            found.setdefault("records", []).append(members(content))
        elif kind == 2 and at <= len(message) and field == DATA:
            found["data"] = base64.b64encode(content).decode()
        else:
            raise ValueError(f"member {field} of kind {kind}")
    return found


def number(message, at):
    """The number that begins at `at`, and where it ends."""
    value = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("the message is cut off")
        byte, at = message[at], at + 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
