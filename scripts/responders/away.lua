-- Tells others that you are away: /away lunch, /back.
script {
  name = "away",
  version = "1.0.0",
  api = "1.0",
  help = "Tells others that you are away.",
  needs = { "whisper", "read:whisper" },
}

local limit = require("limit")

-- Nobody is told more than once while you are away, and not more than ten people a minute: two such
-- scripts that meet have soon said all they have to say.
local away = nil -- { reason, told = { name = true }, missed = { lines } }
local pace = limit.new(10, 60)

-- Answers somebody who spoke to us.
local function answer(name, text)
  if #away.missed < 100 then
    away.missed[#away.missed + 1] = { name, text }
  end
  if not away.told[name] and pace() then
    away.told[name] = true
    chat.whisper(name, "I am away: " .. away.reason)
  end
end

chat.on("whisper", function(event)
  if away and not event.self then
    answer(event.from, event.text)
  end
end)

-- In the lobby only whoever says our name is answered.
chat.on("message", function(event)
  local me = chat.me()
  if away and me and not event.self and event.text:lower():find(me:lower(), 1, true) then
    answer(event.from, event.text)
  end
end)

command {
  name = "away",
  args = "[reason:text]",
  help = "Tell who speaks to you that you are away.",
  run = function(args)
    away = { reason = args.reason or "back later", told = {}, missed = {} }
    ui.print("You are away: " .. away.reason .. ". /back ends it.")
  end,
}

command {
  name = "back",
  help = "Be there again, and see who spoke to you.",
  run = function()
    if not away then
      return ui.print("You were not away.")
    end
    local missed = away.missed
    away = nil
    ui.print(#missed > 0 and "Welcome back. You missed:" or "Welcome back. You missed nothing.")
    if #missed > 0 then
      ui.table(missed)
    end
  end,
}
