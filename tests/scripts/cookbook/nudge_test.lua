describe("nudge", function()
  it("does no harm where no program may run", function()
    room:recv_whisper { from = "bob", text = "psst" }
    room:recv { from = "bob", text = "!load" }
    expect(script.info("nudge").errors):equals(0)
    expect(room:sent()):is_empty()
  end)
end)
