describe("weather", function()
  it("says when the web cannot be asked", function()
    room:recv { from = "bob", text = "!weather Bad Honnef" }
    expect(room:sent()[1]):contains("No weather today: ")
  end)

  it("puts nothing else into the address", function()
    room:recv { from = "bob", text = "!weather x/../y?z" }
    expect(room:sent()):is_empty()
  end)
end)
