-- !trivia asks the room something; the first right answer scores. !scores tells who knows most.
--
-- Shows: waiting for an event with a condition and a timeout, and scores in the store.
script {
  name = "trivia",
  version = "1.0.0",
  api = "1.0",
  help = "Asks questions and keeps the score.",
  needs = { "send", "store" },
  settings = {
    seconds = { type = "integer", default = 30, min = 1, max = 600, help = "Time to answer." },
  },
}

-- A question and what counts as its answer. Put yours here.
local questions = {
  { "How many moons has Mars?", "2", "two" },
  { "Which planet has the largest moon?", "jupiter" },
  { "In which year did people first walk on the moon?", "1969" },
  { "What is the moon of Pluto called that was found in 1978?", "charon" },
  { "Which sea of the moon did Apollo 11 land in?", "tranquility", "sea of tranquility" },
}

local function is_answer(question, text)
  local plain = text:lower():match("^%s*(.-)[%s.!]*$") -- case, blanks and full stops do not count
  for i = 2, #question do
    if plain == question[i] then
      return true
    end
  end
  return false
end

local asking = false

local function ask()
  local question = questions[math.random(#questions)]
  local event, err = chat.wait("message", {
    ask = function() -- said once we listen: somebody may be quick
      chat.say(question[1])
    end,
    match = function(event)
      return not event.self and is_answer(question, event.text)
    end,
    timeout = settings.get("seconds"),
  })
  if event then
    local score = (store.get("score." .. event.from) or 0) + 1
    store.set("score." .. event.from, score)
    chat.say(("Right, %s! That makes %d."):format(event.from, score))
  elseif err.code == "timeout" then
    chat.say("Time is up. It was: " .. question[2])
  end
end

local function tell_scores()
  local rows = {}
  for _, key in ipairs(store.keys()) do
    rows[#rows + 1] = { name = key:match("^score%.(.*)$"), score = store.get(key) }
  end
  table.sort(rows, function(a, b)
    return a.score > b.score
  end)
  local best = {}
  for i = 1, math.min(#rows, 10) do
    best[i] = rows[i].name .. " " .. rows[i].score
  end
  chat.say(#best > 0 and "Scores: " .. table.concat(best, ", ") or "Nobody has a score yet.")
end

chat.on("message", function(event)
  if event.text == "!scores" and not event.self then
    tell_scores()
  elseif event.text == "!trivia" and not event.self and not asking then
    asking = true -- before anything that waits: a second !trivia may come meanwhile
    ask()
    asking = false
  end
end)
