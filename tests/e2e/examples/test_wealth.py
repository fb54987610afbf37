"""The wealth watcher: bars and a line of blocks from a real leaderboard."""


def test_wealth(enter):
    alice = enter("alice").loads("wealth", "/wealth")
    alice.sees(r"alice +0")
    alice.sees("You 0 of 0 ▁")
    alice.type("/mine start")
    for _ in range(3):
        alice.sees("took your block")
    alice.type("/mine stop")
    alice.sees("has stopped")
    alice.type("/ping")  # what was on its way is answered before this
    alice.sees("answered")
    alice.type("/wealth")
    alice.sees(r"alice\b.*\b\d+")
    match = alice.sees(r"You (\d+) of (\d+) ([▁▂▃▄▅▆▇█]+)")
    assert int(match[1]) >= 15 and int(match[2]) == int(match[1])
    assert len(match[3]) >= 3 and match[3][0] == "▁" and match[3][-1] == "█"


def test_it_tells_who_leads(enter):
    alice, bob = enter("alice"), enter("bob")
    alice.type("/balance")
    coins = alice.sees(r"You have (\d+) coin")[1]
    alice.type(f"/pay bob {coins}")
    bob.sees(rf"alice paid you {coins} coins")
    alice.type("/wealth")
    alice.sees("bob leads now")
