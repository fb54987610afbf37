"""Commands around coins: mining, the store, payments, the leaderboard."""

import re


def balance(person):
    match = person.runs("/balance", r"You have (\d+) coins? and (\d+) cookies?\.")
    return int(match[1]), int(match[2])


def test_a_newcomer_has_nothing(enter):
    assert balance(enter("poor")) == (0, 0)


def test_mining_earns(rich):
    coins, _ = balance(rich)
    assert coins >= 30
    rich.type("/mine status")
    rich.sees("Not mining")
    rich.sees(r"Accepted [6-9]")
    rich.sees(r"needs 1 zero")


def test_mine_stop_when_nothing_runs(enter):
    enter("poor").runs("/mine stop", "Nothing is mining")


def test_strategies(alice):
    alice.runs("/mine strategy", r"\* +classic")
    alice.runs("/mine strategy classic", "will use classic")
    alice.runs("/mine strategy nonesuch", "There is no strategy nonesuch")
    alice.runs("/mine start nonesuch", "nonesuch")


def test_strategy_is_changed_while_mining(enter):
    miner = enter("miner")
    miner.runs("/mine start", "Mining with classic")
    miner.runs("/mine start", "already")
    miner.runs("/mine strategy classic", "Mining with classic")
    miner.sees("took your block")
    miner.runs("/mine stop", "has stopped")


def test_cost(alice):
    alice.runs("/cost cookie", "cookie costs 10 coins")
    alice.runs("/cost moon", "The store has cookie and adminStatus")


def test_buy(rich):
    coins, cookies = balance(rich)
    rich.runs("/buy cookie", "You bought 1 cookie for 10 coins")
    assert balance(rich) == (coins - 10, cookies + 1)
    for count in ("0", "1001"):
        rich.runs(f"/buy cookie {count}", "The store sells 1 to 1000 at once")


def test_buy_without_money(enter):
    enter("poor").runs("/buy cookie", "You do not have enough coins")



def test_pay(rich, alice):
    coins, _ = balance(rich)
    before, _ = balance(alice)
    rich.runs("/pay alice 5", r"Server> You paid alice 5 coins\.")
    alice.sees(r"Server> rich paid you 5 coins\.")
    assert balance(rich)[0] == coins - 5
    assert balance(alice)[0] == before + 5


def test_pay_what_cannot_be_paid(rich):
    rich.runs("/pay alice 0", "at least 1 coin")
    rich.runs("/pay alice 100000", "You do not have enough coins")
    rich.runs("/pay nobody 1", "There is nobody called nobody")
    rich.runs("/pay alice much", "much")


def test_leaderboard(rich):
    rich.type("/leaderboard")
    match = rich.sees(r"rich\b.*\b(\d+)")
    assert re.search(r"\d", match[0])
