describe("keyword", function()
  it("answers a word that it was taught", function()
    room:type("/answer rules Be nice to each other.")
    room:recv { from = "bob", text = "!Rules" }
    expect(room:sent()):equals { "Be nice to each other." }
    room:recv { from = "bob", text = "what are the !rules" }
    room:type("!rules")
    expect(room:sent()):equals { "!rules" }
  end)

  it("forgets a word, and lists what it knows", function()
    room:type("/answer")
    expect(room:shown()):contains("There are no answers yet.")
    room:type("/answer a one")
    room:type("/answer b two")
    room:type("/answer")
    expect(room:shown()):matches("!a +one")
    room:type("/answer a")
    room:recv { from = "bob", text = "!a" }
    room:recv { from = "bob", text = "!b" }
    expect(room:sent()):equals { "two" }
  end)

  it("cannot be talked to death", function()
    for i = 1, 8 do
      room:type(("/answer w%d x%d"):format(i, i))
    end
    for i = 1, 8 do
      room:recv { from = "bot", text = "!w" .. i }
      room:recv { from = "bot", text = "!w" .. i }
    end
    expect(#room:sent()):equals(6) -- each once, and all of them six times a minute
    room:advance("1m")
    room:recv { from = "bot", text = "!w1" }
    expect(room:sent()):equals { "x1" }
  end)

  it("keeps its words over a reload", function()
    room:type("/answer a one")
    test.reload("keyword")
    room:recv { from = "bob", text = "!a" }
    expect(room:sent()):equals { "one" }
  end)

  it("takes no commands for answers", function()
    room:type("/answer a /quit")
    expect(room:shown()):contains("An answer cannot be a command.")
    room:type("/answer ? x")
    expect(room:shown()):contains("One word of letters and digits")
  end)
end)
