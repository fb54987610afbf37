"""Commands about the room, the connection and the account."""


def test_ping(alice):
    alice.runs("/ping", r"answered in \d+ ms")


def test_ipinfo(alice, town):
    alice.type("/ipinfo")
    alice.sees(rf"room .*127\.0\.0\.1:{town.port}")
    alice.sees(r"you .*127\.0\.0\.1:\d+")
    alice.sees(r"transport .*legacy")


def test_protocol_tells_how_weak_it_is(alice):
    alice.type("/protocol")
    alice.sees(r"your key .*256 bits")
    alice.sees(r"the room's key .*512 bits")
    alice.sees(r"Not safe against")


def test_terms(alice):
    alice.runs("/terms", "Terms")


def test_raw(alice, bob):
    alice.type("/raw straight through")
    bob.hears("alice> straight through")


def test_raw_without_a_line(alice):
    alice.runs("/raw", "/raw <line>")


def test_raw_is_still_verified(alice):
    # In this room one text of sixteen is a solution; not all of these are.
    alice.type(*("/raw /mine " + letter * 86 for letter in "stuvwxyz"))
    alice.sees("does not solve the block")


def test_kick_is_for_admins(enter, alice):
    root, victim = enter("root"), enter("victim")
    alice.runs("/kick victim", r"[Aa]dmin")
    root.runs("/kick nobody", "nobody is not here")
    root.type("/kick victim")
    victim.sees("thrown out by root")
    assert victim.program.wait() == 6


def test_leaving_and_coming_back(enter):
    anna = enter("anna")
    anna.runs("/logout", "You left the room")
    anna.runs("/ping", "/login or /connect")
    anna.runs("/ipinfo", "/login or /connect")
    anna.runs("/me waves", "/login or /connect")
    anna.runs("/logout", "You are not in a room")


def test_a_mistyped_address_leaves_nobody_outside(alice):
    alice.runs("/connect ::::", "IPv6 address in brackets")
    alice.runs("/ping", "answered in")


def test_questions_need_somebody_to_answer(alice):
    alice.runs("/password", "Nobody can be asked")
    alice.runs("/delete-account", "Nobody can be asked")


def test_logging_in_twice(alice):
    alice.runs("/login", "Use /logout first")
    alice.runs("/register", "Use /logout first")
