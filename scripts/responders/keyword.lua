-- Answers to words: /answer rules Be nice to each other. Then whoever says "!rules" is told.
script {
  name = "keyword",
  version = "1.0.0",
  api = "1.0",
  help = "Answers to words that begin with an exclamation mark.",
  needs = { "send", "store" },
}

local limit = require("limit")

local answers = store.get("answers") or {}

-- The same question is answered once in 20 seconds, and all of them together six times a minute. Two
-- bots with such answers to each other fall silent by themselves.
local each, all = limit.each(1, 20), limit.new(6, 60)

chat.on("message", function(event)
  local word = event.text:lower():match("^!([%w_-]+)%s*$")
  local answer = word and answers[word]
  if answer and not event.self and each(word) and all() then
    chat.say(answer)
  end
end)

command {
  name = "answer",
  args = "[word:word] [text:text]",
  help = "Answer to a word; without a text, no more; without a word, show the words.",
  run = function(args)
    if not args.word then
      local rows = {}
      for word, text in pairs(answers) do
        rows[#rows + 1] = { "!" .. word, text }
      end
      table.sort(rows, function(a, b)
        return a[1] < b[1]
      end)
      return #rows > 0 and ui.table(rows) or ui.print("There are no answers yet.")
    end
    local word = args.word:lower():gsub("^!", "")
    if not word:match("^[%w_-]+$") then
      return ui.print("One word of letters and digits, please.", { style = "error" })
    end
    if args.text and args.text:sub(1, 1) == "/" then
      return ui.print("An answer cannot be a command.", { style = "error" })
    end
    answers[word] = args.text
    store.set("answers", answers)
    ui.print(args.text and "!" .. word .. " is answered from now on."
      or "!" .. word .. " is not answered any more.")
  end,
}
