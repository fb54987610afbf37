describe("thank", function()
  it("thanks", function()
    room:recv { from = "bob", text = "hi" }
    room:type("/thank bob coffee")
    room:type("/thank bob")
    expect(room:sent()):equals { "Thank you for the coffee, bob!", "Thank you for the help, bob!" }
  end)

  it("knows names and reasons", function()
    room:recv { from = "robert", text = "hi" }
    for letter in ("/thank robe"):gmatch(".") do
      room:press(letter == " " and "Space" or letter)
    end
    room:press("Tab", "p", "Tab")
    expect(room:typed()):equals("/thank robert patience ")
  end)
end)
