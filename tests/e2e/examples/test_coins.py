"""The bots that take real coins: whenever they are killed or reloaded, no coin is lost or made."""

import json
import re
import time

import pytest

import moonroom
from peer.inbox import PATIENCE_S

EXAMPLES = moonroom.TOP / "scripts" / "examples"


class Bot:
    """An account with a home, in which `moonroom run` runs one example again and again."""

    def __init__(self, town, home, name, script):
        self.town, self.home, self.name, self.script = town, home, name, script
        self.program = None

    def start(self):
        self.program = moonroom.Program(
            ["run", EXAMPLES / f"{self.script}.lua", "--to", self.town.url, "--user", self.name]
            + ["--password-file", self.home / "password", "--home", self.home / "moonroom"],
            self.home,
        )

    def kill(self):
        self.program.kill()  # SIGKILL

    def books(self):
        for path in self.home.rglob(f"store/{self.script}.json"):
            return json.loads(path.read_text(encoding="utf-8")).get("books")
        return None

    def waits(self, condition):
        """Waits until the books on the disk are so."""
        deadline = time.monotonic() + PATIENCE_S
        while not ((books := self.books()) and condition(books)):
            assert time.monotonic() < deadline, (books, self.program.err.history)
            time.sleep(0.02)
        return books


def settled(books):
    return not books["owed"]


def balance(person):
    person.type("/balance")
    return int(person.sees(r"You have (\d+) coin")[1])


def purse(bot, person):
    """What the room says that the bot owns. To be asked once in a test: older lines are not told from newer ones."""
    person.type("/leaderboard")
    return int(person.program.err.expect(re.compile(rf"{bot.name} +(\d+)\b.*"))[1])


def check_sums(person, bot, *, unclaimed=0):
    """What the purse holds is what the books say."""
    books = bot.waits(settled)
    assert books["unclaimed"] == unclaimed
    assert purse(bot, person) == books["house"] + books["unclaimed"]
    return books


def pays(person, bot, amount):
    person.type(f"/pay {bot.name} {amount}")
    person.sees(f"You paid {bot.name} {amount} coin")


@pytest.fixture(scope="module")
def bob(enter):
    """Somebody who mined some coins."""
    person = enter("bob")
    person.type("/mine start")
    for _ in range(10):
        person.sees("took your block")
    person.type("/mine stop")
    person.sees("has stopped")
    person.type("/ping")  # what was on its way is answered before this
    person.sees("answered")
    return person


@pytest.fixture
def open_bot(town, bob, tmp_path):
    bots = []

    def start(name, script, settings, capital):
        bot = Bot(town, tmp_path / name, name, script)
        with moonroom.Client(town.port, bot.home, name, register=True) as program:
            bob.sees(f"Server> {name} is in")
            if capital:
                pays(bob, bot, capital)
            assert program.finish() == 0
        file = bot.home / "moonroom" / "config" / "settings.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | settings))
        bots.append(bot)
        bot.start()
        bot.waits(lambda books: books["house"] == capital)
        return bot

    yield start
    for bot in bots:
        bot.kill()
        bot.program.check_reports()


def test_killed_before_it_paid(bob, open_bot):
    bot = open_bot("early", "casino", {"casino.percent": 100}, 10)
    before = balance(bob)
    pays(bob, bot, 5)
    bot.waits(lambda books: books["owed"])
    bot.kill()
    bot.start()
    bob.sees("early paid you 10 coins")
    assert check_sums(bob, bot)["house"] == 5
    assert balance(bob) == before + 5


def test_killed_after_it_paid(bob, open_bot):
    bot = open_bot("late", "casino", {"casino.percent": 100}, 5)
    before = balance(bob)
    pays(bob, bot, 2)
    bob.sees("late paid you 4 coins")
    bot.kill()  # the store still says that they are owed
    assert bot.books()["owed"]
    bot.start()
    assert check_sums(bob, bot)["house"] == 3
    assert balance(bob) == before + 2


def test_killed_before_it_wrote_the_stake_down(bob, open_bot):
    bot = open_bot("deaf", "casino", {"casino.percent": 0}, 0)
    pays(bob, bot, 3)
    bot.kill()
    pays(bob, bot, 1)  # while nobody listens
    bot.start()
    bot.waits(lambda books: books["unclaimed"] == 4)
    check_sums(bob, bot, unclaimed=4)


def test_a_stake_that_the_bank_cannot_cover(bob, open_bot):
    bot = open_bot("small", "casino", {"casino.percent": 100}, 1)
    before = balance(bob)
    pays(bob, bot, 2)
    bob.sees("small paid you 2 coins")
    assert check_sums(bob, bot)["house"] == 1
    assert balance(bob) == before


def test_stocks_and_a_kill(bob, open_bot):
    bot = open_bot("market", "stocks", {}, 0)
    before = balance(bob)
    pays(bob, bot, 8)  # 1 + 2 + 3, and 2 come back
    bob.sees("market paid you 2 coins")
    bob.type("!sell 1")
    bob.hears("market> bob sells 1 for 3 coins. The next share costs 3.")
    bot.waits(lambda books: any(debt["coins"] == 3 for debt in books["owed"]))
    bot.kill()
    bot.start()
    bob.sees("market paid you 3 coins")
    bob.type("!stocks")
    bob.hears("market> A share costs 3. Owners: bob 2")
    books = check_sums(bob, bot)
    assert books["house"] == 1 + 2 and books["shares"] == {"bob": 2}
    assert balance(bob) == before - 3


def test_reloaded_in_the_middle(bob, enter, town, tmp_path):
    keeper = enter("keeper").loads("stocks")
    bot = Bot(town, keeper.program.home, "keeper", "stocks")
    bot.program = keeper.program
    before = balance(bob)
    bot.waits(settled)
    pays(bob, bot, 5)  # 1 + 2, and 2 come back
    for _ in range(2):
        bot.waits(lambda books: books.get("sold") == 2)
        keeper.type("/script reload stocks")
        keeper.sees("stocks is loaded anew")
    books = check_sums(bob, bot)
    assert books["house"] == 3 and books["shares"] == {"bob": 2}
    assert balance(bob) == before - 3
