-- /poll Shall we have lunch?: asks the room, counts yes and no, tells the result.
--
-- People vote with a message or a whisper of one word. Everybody has one vote; the last word counts.
-- Shows: two events with one handler, a task that waits for an event of its own, and a setting.
script {
  name = "poll",
  version = "1.0.0",
  api = "1.0",
  help = "Asks the room and counts the votes.",
  needs = { "send", "read:whisper" },
  settings = {
    seconds = { type = "integer", default = 60, min = 1, max = 3600, help = "How long a poll is open." },
  },
}

local words = { yes = "yes", y = "yes", ["+1"] = "yes", no = "no", n = "no", ["-1"] = "no" }
local poll -- the open one: { question =, votes = { NAME = "yes" or "no" } }

local function vote(event)
  local word = words[event.text:lower()]
  if poll and word then
    poll.votes[event.from] = word
  end
end

chat.on("message", vote)
chat.on("whisper", function(event)
  if not event.self then -- our own whispers come by here, too
    vote(event)
  end
end)

local function count(votes)
  local sums = { yes = 0, no = 0 }
  for _, word in pairs(votes) do
    sums[word] = sums[word] + 1
  end
  return sums
end

-- A handler may take its time: while it waits, votes come in.
local function hold(question)
  poll = { question = question, votes = {} }
  if chat.say("Poll: " .. question .. " Say or whisper me yes or no.") then
    chat.wait("poll.close", { timeout = settings.get("seconds") })
    local sums = count(poll.votes)
    chat.say(("%s Yes: %d, no: %d."):format(question, sums.yes, sums.no))
  end
  poll = nil
end

command {
  name = "poll",
  args = "[question:text]",
  help = "Ask the room a question, or show how the open poll stands.",
  long = "/poll close ends the open poll before its time.",
  run = function(args)
    if not args.question and not poll then
      ui.print("No poll is open. /poll QUESTION opens one.")
    elseif args.question == "close" then
      chat.emit("poll.close")
    elseif not args.question then
      local sums = count(poll.votes)
      ui.print(poll.question)
      ui.bars { { "yes", sums.yes }, { "no", sums.no } }
    elseif poll then
      ui.print("One poll at a time: " .. poll.question, { style = "error" })
    else
      hold(args.question)
    end
  end,
}
