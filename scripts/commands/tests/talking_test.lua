-- The commands are there in every test; these are about those for talking.
describe("/w", function()
  it("whispers, and the echo of the room shows it", function()
    room:type("/w bob hello there")
    expect(room:sent()):equals { "/w bob hello there" }
    expect(room:shown()):contains("to bob: hello there")
    room:type("/msg bob again")
    expect(room:sent()):equals { "/w bob again" }
  end)

  it("wants a name and a text", function()
    room:type("/w bob")
    expect(room:shown()):contains("/w <user> <text>")
    expect(room:sent()):is_empty()
  end)
end)

describe("/query, /close and /chats", function()
  it("open, list and close a private chat", function()
    room:type("/query bob")
    room:type("just between us")
    expect(room:sent()):equals { "/w bob just between us" }
    room:type("/chats")
    expect(room:shown()):matches("bob +private +here")
    room:type("/close")
    room:type("hello all")
    expect(room:sent()):equals { "hello all" }
  end)

  it("keep notes to oneself on this machine", function()
    room:type("/query me")
    room:type("buy milk")
    expect(room:sent()):is_empty()
    expect(room:shown()):contains("buy milk")
  end)

  it("say what is not there to be closed", function()
    room:type("/close carol")
    expect(room:shown()):contains("carol")
  end)
end)

describe("/me and /note", function()
  it("say what one does, where one is", function()
    room:type("/me waves")
    room:type("/query bob")
    room:type("/me winks")
    expect(room:sent()):equals { "* me waves", "/w bob * me winks" }
  end)

  it("never send a note", function()
    room:type("/note buy milk")
    expect(room:sent()):is_empty()
  end)

  it("need a room to be somebody in", function()
    room:drop()
    room:type("/me waves")
    expect(room:shown()):contains("You are not in a room.")
  end)
end)

describe("/active", function()
  it("lists who is here, in order of the alphabet", function()
    room:type("/active")
    expect(room:sent()):equals { "/active" }
    room:recv_line("Server> Active users: \nzoe\nAdam")
    room:advance(1) -- a long list comes in parts
    expect(room:shown()):contains("2 users here: Adam, zoe")
  end)

  it("says when the room is silent", function()
    room:type("/who")
    room:advance("10s")
    expect(room:shown()):contains("did not answer")
  end)
end)

describe("/search", function()
  it("finds lines of earlier chats", function()
    room:recv { from = "bob", text = "the moon is made of cheese" }
    room:recv { from = "carol", text = "no" }
    room:shown()
    room:type("/search cheese")
    local shown = room:shown()
    expect(shown):contains("the moon is made of cheese")
    expect(#shown):equals(1)
    room:type("/search wine")
    expect(room:shown()):contains('Nothing in the logs of this room holds "wine".')
  end)
end)

describe("/history and /clear", function()
  it("show and keep what was typed", function()
    room:type("hello")
    room:type("/note x")
    room:shown()
    room:type("/history 3")
    local shown = table.concat(room:shown(), "\n")
    expect(shown):matches("1 +hello.*2 +/note x.*3 +/history 3")
    room:type("/clear")
    room:press("Up")
    expect(room:typed()):equals("/clear")
    room:press("Up", "Up", "Up")
    expect(room:typed()):equals("hello")
  end)
end)
