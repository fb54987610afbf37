describe("/on", function()
  it("answers whoever says what it waits for", function()
    room:type('/on message "pi*g" do /say pong for $from: $*')
    room:recv { from = "bob", text = "PIng" }
    room:recv { from = "bob", text = "ping me" }
    expect(room:sent()):equals { "pong for bob: n" }
  end)

  it("says a plain text where the message came from", function()
    room:type('/on whisper "hello" from bob do hello yourself')
    room:recv_whisper { from = "carol", text = "hello" }
    room:recv_whisper { from = "bob", text = "Hello" }
    expect(room:sent()):equals { "/w bob hello yourself" }
  end)

  it("lets nobody else choose what is run", function()
    room:type("/on message from bob do $text")
    room:type("/on message from carol do /say $text")
    room:recv { from = "bob", text = "$from" }
    room:recv { from = "carol", text = "; /quit" }
    expect(room:sent()):equals { "$from", "; /quit" }
  end)

  it("lets nobody choose the command either", function()
    room:type("/on message do /$text")
    expect(room:shown()):contains("the name of a command stands in a rule as it is")
  end)

  it("goes by as many * as one likes, whatever is said", function()
    room:type('/on message "*' .. ("a*"):rep(40) .. '!" do /say $*')
    room:type('/on message "b*c*b" do /say <$*>')
    room:recv { from = "bob", text = ("a"):rep(1400) }
    room:recv { from = "bob", text = "bcb" }
    room:recv { from = "bob", text = "b" }
    room:recv { from = "bob", text = "bc" }
    room:recv { from = "bob", text = "B one C two B" }
    room:recv { from = "bob", text = "x" .. ("a"):rep(50) .. "!" }
    expect(room:sent()):equals { "<>", "< one >", "x" }
  end)

  it("does not answer for ever", function()
    room:type("/on message do /say heard")
    for i = 1, 7 do
      room:recv { from = "bob", text = tostring(i) }
    end
    expect(#room:sent()):equals(5)
    room:advance(30)
    room:recv { from = "bob", text = "again" }
    expect(#room:sent()):equals(1)
  end)

  it("says what is missing", function()
    room:type("/on message ping")
    room:type("/on nothing do x")
    local shown = room:shown()
    expect(shown):contains("on needs `do`")
    expect(shown):contains("there is no event called nothing")
  end)
end)

describe("/every", function()
  it("does something again and again", function()
    room:type("/every 10m do /w bob hi")
    room:advance("30m")
    expect(room:sent()):equals { "/w bob hi", "/w bob hi", "/w bob hi" }
  end)

  it("may be a long line", function()
    room:type("/every 10m do /say " .. ("\u{e9}"):rep(60))
    room:advance("10m")
    expect(room:sent()):equals { ("\u{e9}"):rep(60) }
  end)

  it("leaves some time between", function()
    room:type("/every 1s do x")
    expect(room:shown()):contains("10 s or more")
  end)
end)

describe("/alias", function()
  it("makes a command, until it is removed", function()
    room:type("/alias tea /say I want tea")
    room:type("/tea now")
    room:type("/rules remove 1")
    room:type("/tea")
    expect(room:sent()):equals { "I want tea now" }
    expect(room:shown()):contains("There is no command /tea")
  end)

  it("takes no name that is there", function()
    room:type("/alias help /say x")
    expect(room:shown()):contains("The command /help is there already")
  end)
end)

describe("/rules", function()
  it("shows all of them, with the numbers to remove them by", function()
    room:type("/ignore bob")
    room:type("/alias a /say a")
    room:type("/alias a /say a")
    room:type("/rules")
    local shown = table.concat(room:shown(), "\n")
    expect(shown):matches("this rule already")
    expect(shown):matches("1 +ignore bob.*2 +alias a /say a")
  end)

  it("are in force again after a reload", function()
    room:type('/on message "ping" do /say pong')
    room:type("/ignore carol")
    test.reload("commands")
    room:recv { from = "bob", text = "ping" }
    room:recv { from = "carol", text = "hidden" }
    expect(room:sent()):equals { "pong" }
    expect(room:shown()):lacks("hidden")
  end)
end)
