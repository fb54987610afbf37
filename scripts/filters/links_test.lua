describe("links", function()
  it("numbers the links that are shown", function()
    room:recv { from = "bob", text = "see https://example.org/a, and (http://example.org/b)." }
    room:recv { from = "carol", text = "no link" }
    expect(room:shown()):equals {
      "bob> see https://example.org/a [1], and (http://example.org/b [2]).",
      "carol> no link",
    }
  end)

  it("lists them, or one", function()
    room:type("/links")
    expect(room:shown()):contains("No links so far.")
    room:recv { from = "bob", text = "https://example.org/a" }
    room:recv { from = "carol", text = "https://example.org/b" }
    room:shown()
    room:type("/links 2")
    local shown = room:shown()
    expect(shown):matches("%[2%] +carol +https://example.org/b")
    expect(shown):lacks("example.org/a")
    room:type("/links 7")
    expect(room:shown()):contains("There is no link of this number.")
  end)

  it("keeps the numbers over a reload, and no more links than it may", function()
    settings.set("links.keep", 2)
    room:recv { from = "bob", text = "https://example.org/a https://example.org/b" }
    test.reload("links")
    room:recv { from = "bob", text = "https://example.org/c" }
    room:shown()
    room:type("/links")
    local shown = room:shown()
    expect(shown):matches("%[3%] +bob +https://example.org/c")
    expect(shown):contains("[2]")
    expect(shown):lacks("[1]")
  end)
end)
