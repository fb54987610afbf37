describe("highlight", function()
  before_each(function()
    room:type("/notify on") -- what stands out rings the bell then
  end)

  it("makes lines stand out that hold one of our words", function()
    room:type("/highlight lunch")
    room:advance(1) -- a rule is handed to its filter
    room:recv { from = "bob", text = "what about LUNCH?" }
    expect(room:bells()):equals(1)
    room:recv { from = "bob", text = "lunchtime" } -- only whole words
    room:type("lunch") -- not our own lines
    expect(room:bells()):equals(0)
  end)

  it("lets a word be like any other again", function()
    room:type("/highlight lunch")
    room:advance(1) -- a rule is handed to its filter
    room:type("/highlight tea")
    room:advance(1) -- a rule is handed to its filter
    room:type("/unhighlight lunch")
    room:advance(1) -- a rule is handed to its filter
    room:recv { from = "bob", text = "lunch" }
    expect(room:bells()):equals(0)
    room:type("/highlight")
    expect(room:shown()):contains("Your words: tea")
  end)

  it("takes one word at a time", function()
    room:type("/highlight a.b")
    room:advance(1) -- a rule is handed to its filter
    expect(room:shown()):contains("One word of letters and digits")
    room:type("/highlight")
    expect(room:shown()):contains("You have no words yet.")
  end)

  it("keeps its words over a reload", function()
    room:type("/highlight lunch")
    room:advance(1) -- a rule is handed to its filter
    test.reload("highlight")
    room:recv { from = "bob", text = "lunch" }
    expect(room:bells()):equals(1)
  end)
end)
