describe("hush", function()
  it("hides commands for bots and nothing else", function()
    room:recv { from = "bob", text = "!roll" }
    room:recv { from = "bob", text = "well!" }
    room:recv { from = "me", text = "!roll" }
    local shown = room:shown()
    expect(shown):lacks("bob> !roll")
    expect(shown):contains("bob> well!")
    expect(shown):contains("me> !roll")
  end)
end)
