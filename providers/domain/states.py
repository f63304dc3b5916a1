"""US licence jurisdictions: their USPS codes, names and the zone most of their people live in."""

from typing import NamedTuple


class State(NamedTuple):
    """One jurisdiction. `zone` is the IANA zone in which "the visit's local date" of a licence is read."""

    code: str
    name: str
    zone: str


_EAST, _CENTRAL, _MOUNTAIN, _WEST = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
_ROWS: dict[str, list[str]] = {
    _EAST: [
        "CT Connecticut", "DE Delaware", "DC District of Columbia", "FL Florida", "GA Georgia", "ME Maine",
        "MD Maryland", "MA Massachusetts", "NH New Hampshire", "NJ New Jersey", "NY New York", "NC North Carolina",
        "OH Ohio", "PA Pennsylvania", "RI Rhode Island", "SC South Carolina", "VT Vermont", "VA Virginia",
        "WV West Virginia",
    ],
    "America/Detroit": ["MI Michigan"],
    "America/Indiana/Indianapolis": ["IN Indiana"],
    "America/Kentucky/Louisville": ["KY Kentucky"],
    _CENTRAL: [
        "AL Alabama", "AR Arkansas", "IL Illinois", "IA Iowa", "KS Kansas", "LA Louisiana", "MN Minnesota",
        "MS Mississippi", "MO Missouri", "NE Nebraska", "ND North Dakota", "OK Oklahoma", "SD South Dakota",
        "TN Tennessee", "TX Texas", "WI Wisconsin",
    ],
    _MOUNTAIN: ["CO Colorado", "MT Montana", "NM New Mexico", "UT Utah", "WY Wyoming"],
    "America/Boise": ["ID Idaho"],
    "America/Phoenix": ["AZ Arizona"],
    _WEST: ["CA California", "NV Nevada", "OR Oregon", "WA Washington"],
    "America/Anchorage": ["AK Alaska"],
    "Pacific/Honolulu": ["HI Hawaii"],
    "America/Puerto_Rico": ["PR Puerto Rico", "VI U.S. Virgin Islands"],
    "Pacific/Guam": ["GU Guam", "MP Northern Mariana Islands"],
    "Pacific/Pago_Pago": ["AS American Samoa"],
}  # fmt: skip

STATES: dict[str, State] = {
    row[:2]: State(row[:2], row[3:], zone)
    for row, zone in sorted((row, zone) for zone, rows in _ROWS.items() for row in rows)
}


def choices() -> list[tuple[str, str]]:
    """Return (code, name) of every jurisdiction by name, for forms."""
    return [(state.code, state.name) for state in sorted(STATES.values(), key=lambda state: state.name)]


CODES: list[str] = sorted(STATES)
