describe("greeter", function()
  it("greets whoever comes in", function()
    room:join("bob")
    expect(room:sent()):equals { "Hello, bob!" }
  end)

  it("greets with the word of its setting", function()
    room:type("/set greeter.word Ahoy")
    room:join("bob")
    expect(room:sent()):equals { "Ahoy, bob!" }
  end)

  it("does not greet us, nor whoever leaves", function()
    room:join(chat.me())
    room:leave("bob")
    expect(room:sent()):is_empty()
  end)
end)
