"""What a photo tells beside its picture is left out, the picture stays byte for byte, and it stays the right way up."""

import base64
import contextlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.photos import DamagedPhoto, plain

WHERE = b"40 42 46 N, 74 0 22 W; Example Phone 12; serial 0123456789"
KINDS = ("jpeg", "png", "webp")
# Six by four pixels, one of them green.
PICTURES = {
    "png": "iVBORw0KGgoAAAANSUhEUgAAAAYAAAAECAIAAAAiZtkUAAAAH0lEQVR4nGNk+M9wQl6DAQkwnpBD4TMwMDAxYAAsQgDRZAMjlnHZlQAAAABJRU"
    "5ErkJggg==",
    "webp": "UklGRiIAAABXRUJQVlA4TBUAAAAvBcAAAA/wj/9BHpT5jzTc5yei/+EA",
    "jpeg": "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYV"
    "pQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAEAAYD"
    "ASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAVAQEBAAAAAAAAAAAAAAAAAAADBf/aAAwDAQACEAMQAAABhAWP/8QAFBABAAAAAAAAAA"
    "AAAAAAAAAAAP/aAAgBAQABBQJ//8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAgBAwEBPwF//8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAgBAgEBPwF/"
    "/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQAGPwJ//8QAFRABAQAAAAAAAAAAAAAAAAAAMQD/2gAIAQEAAT8hW//aAAwDAQACAAMAAAAQA//EAB"
    "cRAQADAAAAAAAAAAAAAAAAAAEAESH/2gAIAQMBAT8QCsJ//8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAgBAgEBPxB//8QAFxABAAMAAAAAAAAAAAAA"
    "AAAAAQAhQf/aAAgBAQABPxBVKlW1dn//2Q==",
}  # fmt: skip


def picture(kind):
    """Return a photo that tells nothing beside its picture."""
    return base64.b64decode(PICTURES[kind])


def exif(order="<", turned=6):
    tag = struct.Struct(order + "HHIHH")
    place = struct.pack(order + "HHII", 0x010E, 2, len(WHERE), 38)
    head = b"II*\x00" if order == "<" else b"MM\x00*"
    block = struct.pack(order + "IH", 8, 2) + place + tag.pack(0x0112, 3, 1, turned, 0) + struct.pack(order + "I", 0)
    return head + block + WHERE


def segment(marker, body):
    return b"\xff" + bytes((marker,)) + struct.pack(">H", len(body) + 2) + body


def png_chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def webp_chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def told(kind, order="<", turned=6):
    """Return the same photo as a phone writes it: with place and device, in every room that a file has for them."""
    bare, block = picture(kind), exif(order, turned)
    if kind == "jpeg":
        marks = [
            (0xE1, b"Exif\x00\x00" + block),
            (0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + WHERE),
            (0xE2, b"MPF\x00" + WHERE),
        ]
        marks += [(0xED, b"Photoshop 3.0\x00" + WHERE), (0xFE, WHERE)]
        return bare[:2] + b"".join(segment(*one) for one in marks) + bare[2:] + b"\xff\xd8second picture" + WHERE
    if kind == "png":
        chunks = [(b"eXIf", block), (b"tEXt", b"Comment\x00" + WHERE), (b"tIME", b"\x07\xea\x06\x01\x0a\x00\x00")]
        return bare[:33] + b"".join(png_chunk(*one) for one in chunks) + bare[33:] + WHERE
    head = webp_chunk(b"VP8X", bytes((0x0C, 0, 0, 0, 5, 0, 0, 3, 0, 0)))
    body = b"WEBP" + head + bare[12:] + webp_chunk(b"EXIF", block) + webp_chunk(b"XMP ", WHERE)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("kind", KINDS)
def test_place_and_device_are_left_out(kind):
    assert WHERE in told(kind)

    assert WHERE not in plain(f"image/{kind}", told(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_that_tells_nothing_stays_byte_for_byte(kind):
    assert plain(f"image/{kind}", picture(kind)) == picture(kind)


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_the_picture_of_a_photo_that_tells_much_stays_byte_for_byte(kind):
    assert plain(f"image/{kind}", told(kind, turned=1)) == picture(kind)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_stays_the_right_way_up(kind, order):
    clean = plain(f"image/{kind}", told(kind, order))

    assert b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in clean
    assert plain(f"image/{kind}", clean) == clean


def test_the_flags_of_a_webp_say_what_is_in_it():
    assert [plain("image/webp", told("webp", turned=turned))[20] for turned in (1, 6)] == [0, 0x08]


def test_other_files_stay_as_they_came():
    assert plain("application/pdf", b"%PDF-1.7" + WHERE) == b"%PDF-1.7" + WHERE


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_a_photo_that_is_cut_off_is_refused_and_nothing_worse_happens(kind, data):
    whole = told(kind)
    end = {"jpeg": whole.find(b"\xff\xd8second") - 2, "png": whole.find(b"IEND"), "webp": len(whole) - 1}[kind]

    with pytest.raises(DamagedPhoto):
        plain(f"image/{kind}", whole[: data.draw(st.integers(12, end))])


@pytest.mark.parametrize("kind", KINDS)
@given(noise=st.binary(max_size=300), at=st.integers(12, 80))
def test_whatever_stands_in_a_file_is_read_or_refused(kind, noise, at):
    broken = picture(kind)[:at] + noise + picture(kind)[at:]

    with contextlib.suppress(DamagedPhoto):
        assert isinstance(plain(f"image/{kind}", broken), bytes)
