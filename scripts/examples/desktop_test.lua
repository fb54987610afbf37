describe("desktop", function()
  it("stays quiet while somebody types, and does no harm where no program may run", function()
    room:recv_whisper { from = "bob", text = "psst" }
    room:type("/set desktop.always on")
    room:recv_whisper { from = "bob", text = "psst" }
    expect(script.info("desktop").errors):equals(0)
  end)
end)
