-- Turns :shrug: and its like into what they stand for, as you say them. /shruggie shrugs.
script {
  name = "emoji",
  version = "1.0.0",
  api = "1.0",
  help = "Turns :shrug: and its like into what they stand for.",
  needs = { "filter:outgoing", "read:whisper", "send", "whisper" },
}

local emoji = {
  shrug = "¯\\_(ツ)_/¯",
  flip = "(╯°□°)╯︵ ┻━┻",
  unflip = "┬─┬ノ( º _ ºノ)",
  lenny = "( ͡° ͜ʖ ͡°)",
  bear = "ʕ•ᴥ•ʔ",
  smile = "🙂",
  joy = "😂",
  heart = "❤",
  thumbsup = "👍",
  tada = "🎉",
  moon = "🌙",
  coffee = "☕",
}

-- Where the table has no such name, gsub leaves the text alone: 10:30:00 stays a time.
chat.filter("outgoing", function(message)
  message.text = message.text:gsub(":(%a+):", emoji)
  return message
end)

command {
  name = "shruggie",
  args = "[text:text]",
  help = "Shrug, perhaps behind a text.",
  run = function(args)
    local text = (args.text and args.text .. " " or "") .. emoji.shrug
    local here = ui.current()
    local ok, err
    if here.kind == "private" then
      ok, err = chat.whisper(here.name, text)
    else
      ok, err = chat.say(text)
    end
    if not ok then
      ui.print(err.message, { style = "error" })
    end
  end,
}

command {
  name = "emoji",
  help = "Show the names of all emoji.",
  run = function()
    local rows = {}
    for name, text in pairs(emoji) do
      rows[#rows + 1] = { ":" .. name .. ":", text }
    end
    table.sort(rows, function(a, b)
      return a[1] < b[1]
    end)
    ui.table(rows)
  end,
}
