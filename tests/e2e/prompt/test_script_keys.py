"""What a script adds to the prompt: keys, words for Tab, notifications, sparklines."""

import re

import pytest

SCRIPT = """
script { name = "decks", needs = { "bind", "notify" } }

local seen = {}
ui.bind("F5", function(event) ui.print("pressed " .. event.keys .. " in " .. event.chat) end)
local key = ui.bind("Ctrl-T", function() ui.print("control t") end)
command { name = "freekey", run = function() key:remove() ui.print("key is free") end }
for _, name in ipairs { "Ctrl-C", "Ctrl-D", "Enter", "Ctrl-M" } do
  local ok, err = pcall(ui.bind, name, print)
  print(name, ok, (tostring(err):gsub("^.-: ", "")))
end

complete.provider("card", function(word, previous)
  seen[#seen + 1] = word .. "/" .. previous
  return { "queen-of-hearts", "queen-of-spades", "bad word", 7, "nul\\0" }
end)
complete.provider("card", function() task.sleep(60) return { "late" } end)
complete.provider("user", function(word) seen[#seen + 1] = "user:" .. word return { "zora" } end)
command { name = "play", args = "<a:card> [b:card]", run = function(args) ui.print("played " .. args.a) end }
command { name = "seen", run = function() ui.print("seen " .. table.concat(seen, " ")) end }
command { name = "cry", run = function() ui.notify { title = "Wake", text = "up" } end }
command { name = "spark", run = function() ui.sparkline({ 1, 2, 3 }, { label = "coins" }) end }
"""


@pytest.fixture
def deck(alice, tmp_path):
    """Alice, with a script that was allowed what it needs."""
    (tmp_path / "decks.lua").write_text(SCRIPT, encoding="utf-8")
    alice.type(f"/script load {tmp_path / 'decks.lua'}")
    alice.see("Allow that?")
    alice.type("y")
    alice.see("decks is loaded")
    alice.see_cursor_line("Lobby >")
    return alice


def test_keys_arrive_and_go(deck):
    for name in ("Ctrl-C", "Ctrl-D", "Ctrl-M"):
        deck.see(re.compile(rf"{name} +false +.*stays what it is"))
    deck.see(re.compile(r"Enter +false"))
    deck.key("half a line")
    deck.key("\x1b[15~")
    deck.see("decks| pressed F5 in Lobby")
    deck.see_cursor_line("Lobby > half a line")
    deck.key("\x14")
    deck.see("decks| control t")
    deck.key("\x15")
    deck.type("/freekey")
    deck.see("key is free")
    deck.key("ab\x14")  # readline's own: the two change places
    deck.see_cursor_line("Lobby > ba")
    deck.key("\x15")
    deck.type("/script unload decks")
    deck.see("Unloaded")
    deck.key("x\x1b[15~y")  # what readline makes of a key that it does not know is its own affair
    deck.see(re.compile("Lobby > x.?y"))
    assert "\n".join(deck.everything()).count("pressed F5") == 1


def press_tab_until(deck, line):
    """On a busy machine a script may miss the 100 ms that it has, and Tab is pressed again."""
    for _ in range(40):
        deck.key("\t")
        try:
            return deck.see_cursor_line(line, timeout=0.5)
        except AssertionError:
            pass
    return deck.see_cursor_line(line)


def test_words_for_tab(deck):
    deck.key("/play quee")
    press_tab_until(deck, "Lobby > /play queen-of-")
    deck.key("h")
    press_tab_until(deck, "Lobby > /play queen-of-hearts")
    deck.key("\r")
    deck.see("played queen-of-hearts")
    deck.key("/play x queen-of-s")
    press_tab_until(deck, "Lobby > /play x queen-of-spades")
    deck.key("\x15dear zo")
    press_tab_until(deck, "Lobby > dear zora")
    deck.key("\x15")
    deck.type("/seen")
    seen = deck.see(re.compile(r"seen( \S+\n?)+"))[0].split()
    # Of its own commands it is told what is typed, of talk nothing.
    assert set(seen) == {"seen", "quee/", "queen-of-h/", "queen-of-s/x", "user:"}


def test_notification_and_sparkline(deck):
    bells = deck.raw.count(b"\a")
    deck.type("/cry")
    deck.see("decks| Wake: up")
    deck.wait(lambda: deck.raw.count(b"\a") == bells + 1, "the bell")
    deck.type("/spark")
    deck.see("decks| coins ▁▅█")
