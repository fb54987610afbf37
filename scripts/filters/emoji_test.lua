describe("emoji", function()
  it("turns names into what they stand for", function()
    room:type(":moon: and :heart: at 10:30:00, :unknown:")
    expect(room:sent()):equals { "🌙 and ❤ at 10:30:00, :unknown:" }
  end)

  it("does so in whispers, too", function()
    room:type("/w bob :tada:")
    expect(room:sent()):equals { "/w bob 🎉" }
  end)

  it("shrugs", function()
    room:type("/shruggie who knows")
    room:type("/query bob")
    room:type("/shruggie")
    expect(room:sent()):equals { "who knows ¯\\_(ツ)_/¯", "/w bob ¯\\_(ツ)_/¯" }
  end)

  it("lists all names", function()
    room:type("/emoji")
    expect(room:shown()):matches(":coffee: +☕")
  end)
end)
