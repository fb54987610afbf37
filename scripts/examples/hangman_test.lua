local function say(text, from)
  room:recv { from = from or "bob", text = text }
end

describe("hangman", function()
  it("counts wrong letters, and tells the word in the end", function()
    say("!hangman")
    expect(room:sent()[1]):matches("^A word: [_ ]+Say a letter%.$")
    for letter in ("zqxjwyzq"):gmatch(".") do
      say(letter)
    end
    say("b")
    say("f")
    say("h")
    room:advance(5)
    local sent = room:sent()
    expect(sent[1]):matches("%(z, 6 left%)$")
    expect(table.concat(sent, "\n")):contains("Hanged! The word was ")
    say("e")
    expect(room:sent()):is_empty()
  end)

  it("lets the one score who completes the word, over a reload", function()
    room:type("/set hangman.misses 26")
    say("!hangman")
    for letter in ("abcdefghijklm"):gmatch(".") do
      say(letter)
    end
    room:advance(10)
    test.reload("hangman")
    for letter in ("nopqrstuvwxyz"):gmatch(".") do
      say(letter, "carol")
    end
    room:advance(10)
    expect(table.concat(room:sent(), "\n")):contains("it is! carol has guessed 1.")
  end)

  it("starts two games a minute", function()
    say("!hangman")
    say("!hangman")
    expect(#room:sent()):equals(1)
  end)
end)
