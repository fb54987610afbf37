-- A recording is made here, and played again: what went to the room must be the same.
local function told()
  return table.concat(room:shown(), "\n")
end

describe("/record", function()
  it("keeps what happens, for a test to play it again", function()
    test.load("trivia")
    settings.set("trivia.seconds", 20)
    room:type("/record start evening")
    local path = told():match("Recording to (%S+)%. ")
    room:recv { from = "bob", text = "!scores" }
    room:advance(2.5)
    room:type("hello all")
    room:recv_whisper { from = "bob", text = "psst" }
    local sent = room:sent()
    expect(sent):equals { "Nobody has a score yet.", "hello all" }
    room:type("/record stop")
    expect(told()):matches("%d+ lines of this session are in .*evening%.jsonl")

    local began = room:time()
    expect(room:replay(path)):equals(sent)
    expect(room:sent()):equals(sent)
    expect(room:time() - began):at_least(2)
    local shown = room:shown()
    expect(shown):contains("me> hello all")
    expect(shown):contains("psst")
  end)

  it("never holds a password", function()
    local path = record.start("secrets")
    room:type("/password")
    for _, secret in ipairs { "secret12", "secret13", "secret13" } do
      room:answer(secret)
    end
    room:type("/pasword secret12") -- a mistyped command may hold one as well
    record.stop()
    test.load(false)
    room:sent()
    room:replay(path)
    expect(room:sent()):equals { "/changepass H H" }
    local shown = told()
    expect(shown):contains("There is no command /pasword")
    expect(shown):lacks("secret1")
  end)

  it("goes one at a time, under a plain name, and overwrites nothing", function()
    room:type("/record start ../../evil")
    expect(told()):contains("1 to 64 letters, digits")
    room:type("/record start")
    expect(told()):contains("Give the recording a name")
    room:type("/record stop")
    expect(told()):contains("Nothing is being recorded.")
    room:type("/record start one")
    room:type("/record start two")
    expect(told()):contains("A recording is under way.")
    room:type("/record stop")
    room:type("/record start one")
    expect(told()):contains("There is a recording one already")
  end)
end)
