describe("highlight", function()
  before_each(function()
    room:type("/notify on") -- what stands out rings the bell then
  end)

  it("makes lines stand out that hold one of our words", function()
    room:type("/highlight lunch")
    room:recv { from = "bob", text = "what about LUNCH?" }
    expect(room:bells()):equals(1)
    room:recv { from = "bob", text = "lunchtime" } -- only whole words
    room:type("lunch") -- not our own lines
    expect(room:bells()):equals(0)
  end)

  it("lets a word be like any other again", function()
    room:type("/highlight lunch")
    room:type("/highlight tea")
    room:type("/unhighlight lunch")
    room:recv { from = "bob", text = "lunch" }
    expect(room:bells()):equals(0)
    room:type("/highlight")
    expect(room:shown()):contains("Your words: tea")
  end)

  it("takes one word at a time", function()
    room:type("/highlight a.b")
    expect(room:shown()):contains("One word of letters and digits")
    room:type("/highlight")
    expect(room:shown()):contains("You have no words yet.")
  end)

  it("keeps its words over a reload", function()
    room:type("/highlight lunch")
    test.reload("highlight")
    room:recv { from = "bob", text = "lunch" }
    expect(room:bells()):equals(1)
  end)
end)
