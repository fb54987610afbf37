"""`moonroom run SCRIPT... --to ADDRESS`: bots without a prompt."""

import re

import moonroom

GREETER = """
script { name = "greeter", needs = { "send" } }
chat.on("server_message", function(e)
  local name = e.text:match("^(%S+) is in")
  if name and name ~= chat.me() then chat.say("Welcome, " .. name .. "!") end
end)
"""


def start(tmp_path, room, *scripts, options=()):
    home = tmp_path / "bot"
    home.mkdir()
    (home / "password").write_text("correct horse\n")
    paths = []
    for number, text in enumerate(scripts):
        paths.append(home / f"script{number}.lua")
        paths[-1].write_text(text)
    return moonroom.Program(
        ["run", *paths, "--to", room.url, "--user", "robin", "--password-file", home / "password"]
        + ["--register", "--accept-terms", "--home", home / "moonroom", *options],
        home,
    )


def wait_for_robin(room):
    room.err.expect(re.compile(".*robin is in from.*"))


def test_greeter(room, client, tmp_path):
    with start(tmp_path, room, GREETER) as bot:
        wait_for_robin(room)
        watcher = client(room.port, "watcher", register=True)
        watcher.out.expect("robin> Welcome, watcher!")
        assert bot.stop() == 0
        watcher.err.expect(lambda line: "robin has left" in line)
        assert bot.out.history == []


def test_ends_with_its_last_script(room, tmp_path):
    with start(tmp_path, room, "local x = nil + 1") as bot:
        assert bot.wait() in (0, 1)
        assert any("script0" in line and "attempt to perform arithmetic" in line for line in bot.err.history)


def test_a_script_that_is_not_there(room, tmp_path):
    result = moonroom.run("run", tmp_path / "none.lua", "--to", room.url, home=tmp_path)
    assert result.returncode == 1
    assert "none.lua" in result.stderr


def test_kicked(open_room, client, tmp_path):
    room = open_room("--zeros", "2", "--admin", "boss")
    with start(tmp_path, room, GREETER) as bot:
        wait_for_robin(room)
        boss = client(room.port, "boss", register=True)
        boss.out.expect("robin> Welcome, boss!")
        boss.type("/kick robin")
        assert bot.wait() == 6
        assert "You were thrown out by boss. /login tries to come back." in bot.err.history


DATE = """
script { name = "date", needs = { "process:date" } }
local result, err = process.run { "date", "--utc", "--date=@0", "+%Y" }
print(result and result.out or err.message)
"""


def test_what_has_to_be_listed(room, tmp_path):
    with start(tmp_path, room, DATE) as bot:
        bot.err.expect(re.compile("date.*It goes without process:date; --grant process:date would give it that."))
        bot.err.expect(re.compile("date.*process.run needs the permission 'process:date'; start moonroom with --grant.*"))
        assert bot.stop() == 0


def test_what_is_listed(room, tmp_path):
    with start(tmp_path, room, DATE, options=["--grant", "fs:data,process:date"]) as bot:
        bot.err.expect(re.compile("date.*1970.*"))
        assert bot.stop() == 0


def test_what_cannot_be_listed(room, tmp_path):
    script = tmp_path / "date.lua"
    script.write_text(DATE)
    result = moonroom.run("run", script, "--to", room.url, "--grant", "acount", home=tmp_path)
    assert result.returncode == 2
    assert "--grant: there is no permission 'acount'; do you mean 'account'?" in result.stderr
