"""A quarter of a town: a million redemptions at 500 shops, put into the tables by the database itself.

Through ``redeem`` they would take an hour. What stands there is what that would have left: records with their
pages in the journal of changes, and in the ledger lines, statements and balances; `Ledger.verify` finds
nothing against it. One in a hundred was given back, one in a hundred was paid by two together; half-way, all
the agreements changed.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from string import Template
from urllib.parse import urlsplit

import psycopg

import gridpoints
from gridpoints import Community, Leg, Transaction
from gridpoints.testing import ManualClock
from tests.benchmarks import measure

MERCHANTS, MEMBERS = 500, 20_000
#: Households, of four each.
HOUSEHOLDS = 500
#: What each of them costs.
POINTS = 2
WEALTH = 10**9
#: A quarter, and when it is over.
OPENING, DAYS, CLOSING = datetime(2026, 1, 1, tzinfo=UTC), 90, datetime(2026, 4, 1, 2, tzinfo=UTC)
#: When the second half of the redemptions begins, and with it other terms: money for a point, and the fee.
CHANGED = date(2026, 2, 15)
BEFORE, AFTER = (Decimal("0.333"), Decimal("2.5")), (Decimal("0.4"), Decimal(2))


def opened(url: str) -> gridpoints.Exchange:
    """The store, on the first morning after the quarter."""
    return gridpoints.open(url, clock=ManualClock(CLOSING), random=Random(1))


def fill(url: str, size: int) -> None:
    """Found the town in an empty store and write `size` redemptions, a multiple of 200 times the shops."""
    with gridpoints.open(url, clock=ManualClock(OPENING), random=Random(1)) as exchange:
        town = exchange.found(measure.COMMUNITY, name="Bench", timezone="UTC", rules=measure.RULES)
        with town.transaction():
            _people(town)
            _shops(town)
        town.ledger.fold()
        lines = town.ledger.verify().transactions
    statements = list(_statements(url.partition(":")[0], size, lines))
    if url.startswith("sqlite"):
        with sqlite3.connect(urlsplit(url).path[1:]) as file:
            for statement in statements:
                file.execute(statement)
        file.close()
    else:
        with psycopg.connect(url) as connection:
            # What they refer to is there: it is not looked for a million times.
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode())
            connection.execute("ANALYZE")  # as the server does by itself, some time later


def _people(town: Community) -> None:
    grid = town.community.add_grid("First", id="g")
    for n in range(HOUSEHOLDS):
        town.community.add_household(grid.id, f"1-{n}", id=f"h{n}")
    town.community.enrol_all(
        town.community.applicant(
            f"m{n}", number=str(n), id=f"m{n}", household_id=f"h{n // 4}" if n < 4 * HOUSEHOLDS else None
        )
        for n in range(MEMBERS)
    )
    town.ledger.post(
        Transaction(f"rich-{n}", (Leg(account, WEALTH), Leg(measure.ISSUANCE, -WEALTH)))
        for n, account in enumerate(measure.members(MEMBERS))
    )


def _shops(town: Community) -> None:
    room = town.redemption
    for n in range(MERCHANTS):
        room.register_merchant(f"s{n}", unit="points", rate="1", id=f"s{n}")
        room.sign_agreement(f"s{n}", rate=BEFORE[0], fee=BEFORE[1], id=f"s{n}-before")
        room.sign_agreement(f"s{n}", starts_on=CHANGED, rate=AFTER[0], fee=AFTER[1], id=f"s{n}-after")
        room.activate_merchant(f"s{n}")
        room.open_outlet(f"s{n}", f"o{n}", id=f"o{n}")
        room.add_till(f"o{n}", f"t{n}", id=f"t{n}")


#: How the databases say what the other says otherwise. `epoch` is seconds, `value` the text of JSON.
_WORDS = {
    "sqlite": {
        "numbers": "WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < $size)"
        " SELECT n FROM s",
        "text": "strftime('%Y-%m-%dT%H:%M:%S.000000Z', $epoch, 'unixepoch')",
        "instant": "strftime('%Y-%m-%dT%H:%M:%S.000000Z', $epoch, 'unixepoch')",
        "json": "$value",
        "as_instant": "TEXT",
    },
    "postgresql": {
        "numbers": "SELECT n::bigint FROM generate_series(0, $size - 1) s(n)",
        "text": "to_char(to_timestamp($epoch) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
        "instant": "to_timestamp($epoch)",
        "json": "CAST($value AS jsonb)",
        "as_instant": "TIMESTAMPTZ",
    },
}

#: What follows from the number `n` of a redemption: from 8 to 20 o'clock, at one shop after another.
_OF_N = {
    "at": "$start + 86400 * (n * $days / $size) + 28800 + (n * $days % $size) * 43200 / $size",
    "shop": "(n % $merchants)",
    "member": "((n * 7 + n / $members * 11) % $members)",
    "second": "((n * 7 + n / $members * 11 + 1) % $members)",
    "agreement": "'s' || $shop || CASE WHEN n < $half THEN '-before' ELSE '-after' END",
    "returned": "(n / $merchants % 100 = 7)",
    "joint": "(n >= $half AND n / $merchants % 50 = 1)",
    "first": "(CASE WHEN $joint THEN $points - 1 ELSE $points END)",
    "lines": """'[{"offer_id":"o","name":"Rice","quantity":1,"price":$points,"cash":{"$$decimal":"0"},'
        || '"fund":null,"captured":1,"refunded":' || CASE WHEN $returned THEN 1 ELSE 0 END || '}]'""",
    "shares": """'[{"account":"points/member/m' || $member || '","points":' || $first
        || ',"captured":' || $first || ',"refunded":' || CASE WHEN $returned THEN $points ELSE 0 END || '}'
        || CASE WHEN $joint THEN ',{"account":"points/member/m' || $second
        || '","points":1,"captured":1,"refunded":0}' ELSE '' END || ']'""",
    "about": """'{"merchant":"s' || $shop || '","offer":"o","quantity":1,"redemption":"past-' || n || '"}'""",
    "of_refund": """'{"merchant":"s' || $shop
        || '","redemption":"past-' || n || '","refund":"back-' || n || '"}'""",
}

#: In braces, what is an instant, its text, or JSON.
_SQL = """
CREATE TEMPORARY TABLE past AS $numbers;
CREATE TEMPORARY TABLE taken AS SELECT $last + n + 1 AS number, n FROM past;
CREATE TEMPORARY TABLE refunded AS
    SELECT $last + $size + row_number() OVER (ORDER BY n) AS number, n FROM past WHERE $returned;
CREATE TEMPORARY TABLE shared AS
    SELECT $last + $size + (SELECT count(*) FROM refunded) + row_number() OVER (ORDER BY n) AS number, n
    FROM past WHERE $joint;

INSERT INTO gridpoints_redemption (community_id, id, merchant_id, member_id, unit, points, lines, shares,
    authorised_at, expires_at, authorised_by, agreement_id, currency, cash, top_up, request, uses,
    explanation, earned, captured_at, status, version)
SELECT $here, 'past-' || n, 's' || $shop, 'm' || $member, 'points', $points, {json:$lines}, {json:$shares},
    {instant:$at}, {instant:$at + 1800}, 'till:t' || $shop, $agreement, 'CNY', '0', '0', '', {json:'[]'},
    {json:'[]'}, {json:'[]'}, {instant:$at}, CASE WHEN $returned THEN 'refunded' ELSE 'captured' END,
    CASE WHEN $returned THEN 3 ELSE 2 END
FROM past;
INSERT INTO gridpoints_change (community_id, id, kind, subject, version, at, actor, status, before)
SELECT $here, 'page-' || n, 'redemption', 'past-' || n, 2, {instant:$at}, 'till:t' || $shop, 'captured',
    {json:'{}'}
FROM past;
INSERT INTO gridpoints_change (community_id, id, kind, subject, version, at, actor, status, before)
SELECT $here, 'back-page-' || n, 'redemption', 'past-' || n, 3, {instant:$back_at}, 'system', 'refunded',
    {json:'{}'}
FROM refunded;
INSERT INTO gridpoints_refund (community_id, id, redemption_id, merchant_id, refunded_at, refunded_by, unit,
    points, pieces, restocked, cash, currency, restored, carried, retaken, reason, request)
SELECT $here, 'back-' || n, 'past-' || n, 's' || $shop, {instant:$back_at}, 'system', 'points', $points,
    {json:'{}'}, {json:'{}'}, '0.00', 'CNY', {json:'[]'}, 0, {json:'{}'}, 'broken', ''
FROM refunded;

CREATE TEMPORARY TABLE lines AS
    SELECT number, 'redemption:past-' || n AS id, 'post' AS act, 'redemption' AS kind, NULL AS subject,
        {text:$at} AS at, '[["points/member/m' || $member || '",-' || $first || '],["points/merchant/s'
        || $shop || '",' || $first || ']]' AS legs, $about AS about
    FROM taken
    UNION ALL SELECT number, 'refund:back-' || n, 'reverse', 'refund', 'redemption:past-' || n,
        {text:$back_at}, '[["points/member/m' || $member || '",$points],["points/merchant/s'
        || $shop || '",-$points]]', $of_refund
    FROM refunded
    UNION ALL SELECT number, 'redemption:past-' || n || '/1', 'post', 'redemption', NULL,
        {text:$at}, '[["points/member/m' || $second || '",-1],["points/merchant/s' || $shop || '",1]]', $about
    FROM shared;
INSERT INTO gridpoints_journal (community_id, number, id, act, kind, reason, subject, effective_at,
    recorded_at, legs, metadata, writer)
SELECT $here, number, id, act, kind, 'Rice', subject, at, at, legs, about, NULL FROM lines;

CREATE TEMPORARY TABLE legs AS
    SELECT number, 'points/member/m' || $member AS account, -$first AS amount FROM taken
    UNION ALL SELECT number, 'points/merchant/s' || $shop, $first FROM taken
    UNION ALL SELECT number, 'points/member/m' || $member, $points FROM refunded
    UNION ALL SELECT number, 'points/merchant/s' || $shop, -$points FROM refunded
    UNION ALL SELECT number, 'points/member/m' || $second, -1 FROM shared
    UNION ALL SELECT number, 'points/merchant/s' || $shop, 1 FROM shared;
INSERT INTO gridpoints_account (community_id, id, unit, kind, owner, floor, posted, held, dated)
SELECT $here, 'points/merchant/s' || n, 'points', 'merchant', 's' || n, 0, 0, 0, 0 FROM past
WHERE n < $merchants;
INSERT INTO gridpoints_entry (community_id, account_id, sequence, number, amount, balance)
SELECT $here, l.account, row_number() OVER w + CASE WHEN a.kind = 'member' THEN 1 ELSE 0 END, l.number,
    l.amount, a.posted + CAST(sum(l.amount) OVER w AS BIGINT)
FROM legs l JOIN gridpoints_account a ON a.community_id = $here AND a.id = l.account
WINDOW w AS (PARTITION BY l.account ORDER BY l.number) ORDER BY l.account, l.number;
UPDATE gridpoints_account SET posted = posted + t.moved, moved_at = CASE WHEN kind = 'member' THEN
    (SELECT CAST(recorded_at AS $as_instant) FROM gridpoints_journal j
    WHERE j.community_id = $here AND j.number = t.last) END
FROM (SELECT account, CAST(sum(amount) AS BIGINT) AS moved, max(number) AS last FROM legs GROUP BY account) t
WHERE community_id = $here AND id = t.account;
UPDATE gridpoints_book SET folded = (SELECT max(number) FROM legs) WHERE community_id = $here
"""


def _statements(dialect: str, size: int, last: int) -> Iterator[str]:
    """The statements of `_SQL`, for that many redemptions after the line `last` of the journal."""
    start = int(OPENING.timestamp())
    names: dict[str, object] = {
        "here": f"'{measure.COMMUNITY}'",
        "size": size,
        "half": size // 2,
        "last": last,
        "start": start,
        "back_at": start + 86_400 * DAYS - 7_200,
        "days": DAYS,
        "merchants": MERCHANTS,
        "members": MEMBERS,
        "points": POINTS,
    }
    words = _WORDS[dialect]
    for name, text in {**_OF_N, "numbers": words["numbers"], "as_instant": words["as_instant"]}.items():
        names[name] = Template(text).substitute(names)

    def said(match: re.Match[str]) -> str:
        word, value = match.groups()
        return Template(words[word]).substitute(epoch=value, value=value)

    # In the words of the database first, while what is in the braces has none itself.
    for statement in re.sub(r"\{(json|instant|text):((?:'\{\}'|[^{}])*)\}", said, _SQL).split(";"):
        yield Template(statement).substitute(names)
