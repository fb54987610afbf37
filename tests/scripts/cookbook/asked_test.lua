describe("asked", function()
  it("shortens by characters, and leaves our own alone", function()
    room:recv { from = "bob", text = ("ä"):rep(400) }
    room:recv { from = "bob", text = "shall we?" }
    local shown = table.concat(room:shown(), "\n")
    expect(shown):contains(("ä"):rep(300) .. " …")
    expect(shown):lacks(("ä"):rep(301))
    expect(shown):contains("shall we?")
  end)
end)
