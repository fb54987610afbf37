describe("poll", function()
  it("asks the room, counts votes and tells the result when time is up", function()
    room:type("/poll Lunch?")
    expect(room:sent()):equals { "Poll: Lunch? Say or whisper me yes or no." }
    room:recv { from = "bob", text = "yes" }
    room:recv_whisper { from = "carol", text = "+1" }
    room:recv { from = "dave", text = "no" }
    room:recv { from = "dave", text = "nothing that counts" }
    room:advance(59)
    expect(room:sent()):is_empty()
    room:advance(1)
    expect(room:sent()):equals { "Lunch? Yes: 2, no: 1." }
  end)

  it("lets everybody change their mind", function()
    room:type("/poll Lunch?")
    room:recv { from = "bob", text = "yes" }
    room:recv { from = "bob", text = "No" }
    room:type("/poll close")
    expect(room:sent()):contains("Lunch? Yes: 0, no: 1.")
  end)

  it("shows how it stands, and holds one poll at a time", function()
    room:type("/poll")
    expect(room:shown()):contains("No poll is open.")
    room:type("/poll Lunch?")
    room:recv { from = "bob", text = "y" }
    room:type("/poll Dinner?")
    expect(room:shown()):contains("One poll at a time: Lunch?")
    room:type("/poll")
    expect(room:shown()):matches("yes .*1")
    expect(room:sent()):equals { "Poll: Lunch? Say or whisper me yes or no." }
  end)
end)
