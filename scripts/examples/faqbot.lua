-- A bot for an account of its own: answers "!word" with what it was taught, and learns from its keeper.
--
--   moonroom run faqbot.lua --to legacy://room.example:1235 --user faqbot --password-file FILE
--
-- Shows: a script without a prompt, the store, a rate limit, and waiting for an answer in the middle of a talk.
script {
  name = "faqbot",
  version = "1.0.0",
  api = "1.0",
  help = "Answers questions it was taught the answers to.",
  needs = { "send", "whisper", "read:whisper", "store" },
  settings = { keeper = { type = "string", default = "", help = "Who may teach it; nobody when empty." } },
}

local limit = require("limit")
local may = limit.each(3, 30) -- for each person: two bots must not talk each other to death

-- A word of others as a key of the store.
local function key_of(word)
  return #word <= 40 and word:lower():match("^[%w_-]+$")
end

chat.on("message", function(message)
  local word = not message.self and message.text:match("^!(%S+)%s*$")
  local key = word and key_of(word)
  local answer = key and store.get(key)
  if answer and may(message.from) then
    chat.say(answer)
  end
end)

-- The keeper whispers "teach WORD", and then the answer.
chat.on("whisper", function(whisper)
  local word = whisper.text:match("^teach (%S+)$")
  if whisper.self or not word or whisper.from ~= settings.get("keeper") then
    return
  end
  local key = key_of(word)
  if not key then
    return chat.whisper(whisper.from, "A word has letters, digits, - and _, at most 40 of them.")
  end
  local answer = chat.wait("whisper", {
    match = { from = whisper.from, self = false },
    timeout = "2m",
    ask = function() -- asked once we listen: the answer may be quick
      chat.whisper(whisper.from, "What shall I answer to !" .. key .. "?")
    end,
  })
  if not answer then
    return chat.whisper(whisper.from, "Then not.")
  end
  local ok, err = store.set(key, answer.text)
  chat.whisper(whisper.from, ok and "I know !" .. key .. " now." or err.message)
end)
