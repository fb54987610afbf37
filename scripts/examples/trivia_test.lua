local answers = {
  ["How many moons has Mars?"] = "Two!",
  ["Which planet has the largest moon?"] = "Jupiter",
  ["In which year did people first walk on the moon?"] = "1969",
  ["What is the moon of Pluto called that was found in 1978?"] = "charon",
  ["Which sea of the moon did Apollo 11 land in?"] = "sea of Tranquility",
}

local function ask()
  room:sent() -- what was said before
  room:recv { from = "bob", text = "!trivia" }
  return room:sent()[1]
end

describe("trivia", function()
  it("gives a point to the first right answer", function()
    local answer = answers[ask()]
    room:recv { from = "bob", text = "no idea" }
    expect(room:sent()):is_empty()
    room:recv { from = "carol", text = answer }
    room:recv { from = "dave", text = answer }
    expect(room:sent()):equals { "Right, carol! That makes 1." }
  end)

  it("adds up the points and tells them, the best first", function()
    room:recv { from = "bob", text = "!scores" }
    expect(room:sent()):equals { "Nobody has a score yet." }
    for _, name in ipairs { "bob", "carol", "carol" } do
      room:recv { from = name, text = answers[ask()] }
      room:advance(5)
    end
    room:sent()
    room:recv { from = "bob", text = "!scores" }
    expect(room:sent()):equals { "Scores: carol 2, bob 1" }
  end)

  it("tells the answer when time is up", function()
    ask()
    room:recv { from = "carol", text = "!trivia" } -- one question at a time
    expect(room:sent()):is_empty()
    room:advance("30s")
    expect(room:sent()[1]):matches("^Time is up. It was: ")
  end)
end)
