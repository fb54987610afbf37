describe("ignore", function()
  it("hides what somebody says and whispers", function()
    room:type("/ignore Bob")
    room:advance(1) -- a rule is handed to its filter
    room:recv { from = "bob", text = "hello" }
    room:recv_whisper { from = "bob", text = "psst" }
    room:recv { from = "carol", text = "good morning" }
    local shown = room:shown()
    expect(shown):lacks("hello")
    expect(shown):lacks("psst")
    expect(shown):contains("carol> good morning")
  end)

  it("hides it from other scripts as well", function()
    local heard = {}
    chat.on("message", function(event)
      heard[#heard + 1] = event.from
    end)
    room:type("/ignore bob")
    room:advance(1) -- a rule is handed to its filter
    room:recv { from = "bob", text = "hello" }
    room:recv { from = "carol", text = "hello" }
    expect(heard):equals { "carol" }
  end)

  it("can be taken back", function()
    room:type("/ignore bob")
    room:advance(1) -- a rule is handed to its filter
    room:type("/ignore carol")
    room:advance(1) -- a rule is handed to its filter
    room:type("/unignore bob")
    room:advance(1) -- a rule is handed to its filter
    room:type("/unignore dave")
    room:advance(1) -- a rule is handed to its filter
    expect(room:shown()):contains("You do not ignore dave.")
    room:type("/ignore")
    expect(room:shown()):contains("You ignore carol.")
    room:recv { from = "bob", text = "hello" }
    expect(room:shown()):contains("bob> hello")
  end)

  it("lets nothing through while it does not run", function()
    room:type("/ignore bob")
    room:advance(1) -- a rule is handed to its filter
    test.reload("ignore")
    room:recv { from = "bob", text = "hello" }
    expect(room:shown()):lacks("hello")
  end)
end)
