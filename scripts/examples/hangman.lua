-- !hangman: the room guesses a word, letter by letter. Whoever completes it scores.
--
-- Shows: a game for many, its state kept over a reload, scores in the store, a limit for what strangers may start.
script {
  name = "hangman",
  version = "1.0.0",
  api = "1.0",
  help = "The room guesses a word.",
  needs = { "send", "store" },
  settings = { misses = { type = "integer", default = 7, min = 1, max = 26, help = "Wrong letters that end a game." } },
}

-- The words. Put yours here, in small letters from a to z.
local words = { "crater", "eclipse", "gravity", "lunar", "orbit", "rocket", "tide" }

local may = require("limit").new(2, 60) -- games a minute
local state = script.state -- of the open game: word, tried (letters), wrong (how many)

local function shown()
  return (state.word:gsub("%a", function(letter)
    return (state.tried:find(letter, 1, true) and letter or "_") .. " "
  end))
end

local function begin()
  state.word, state.tried, state.wrong = words[math.random(#words)], "", 0
  chat.say("A word: " .. shown() .. "Say a letter.")
end

local function win(name)
  local score = (store.get(name) or 0) + 1
  store.set(name, score)
  chat.say(("%s it is! %s has guessed %d."):format(state.word, name, score))
  state.word = nil
end

local function try(name, letter)
  if state.tried:find(letter, 1, true) then
    return -- nothing to say: it stands in the last line
  end
  state.tried = state.tried .. letter
  if state.word:find(letter, 1, true) then
    if not shown():find("_", 1, true) then
      return win(name)
    end
  else
    state.wrong = state.wrong + 1
    if state.wrong >= settings.get("misses") then
      chat.say("Hanged! The word was " .. state.word .. ".")
      state.word = nil
      return
    end
  end
  chat.say(("%s (%s, %d left)"):format(shown(), state.tried, settings.get("misses") - state.wrong))
end

chat.on("message", function(event)
  local text = event.text:lower()
  if event.self then
    return
  elseif text == "!hangman" then
    if not state.word and may() then
      begin()
    end
  elseif state.word and text == state.word then
    win(event.from)
  elseif state.word and text:match("^[a-z]$") then
    try(event.from, text)
  end
end)
