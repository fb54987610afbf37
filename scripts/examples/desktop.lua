-- Tells your desktop when somebody whispers to you or says your name while you are not typing.
--
-- Shows: running a program, settings, and knowing whether the user is there.
script {
  name = "desktop",
  version = "1.0.0",
  api = "1.0",
  help = "Desktop notifications for whispers and for your name.",
  needs = { "read:whisper", "process:notify-send" },
  settings = {
    always = { type = "boolean", default = false, help = "Also while you are typing." },
    quiet = { type = "integer", default = 10, min = 0, max = 3600, help = "Seconds between two notifications." },
  },
}

local idle = false
local last = 0

chat.on("idle", function()
  idle = true
end)
chat.on("active", function()
  idle = false
end)

local function tell(title, text)
  local now = os.time()
  if not (idle or settings.get("always")) or now - last < settings.get("quiet") then
    return
  end
  last = now
  -- An argument each, and no shell: whatever is in the text stays text. -- ends the options.
  local run, err = process.run { "notify-send", "--app-name=moonroom", "--", title, text }
  if not run then
    log.warn("notify-send: " .. err.message)
  elseif run.code ~= 0 then
    log.warn("notify-send: " .. run.err)
  end
end

chat.on("whisper", function(whisper)
  if not whisper.self then
    tell(whisper.from .. " whispers", whisper.text)
  end
end)

chat.on("message", function(message)
  local me = chat.me()
  if me and not message.self and message.text:lower():find(me:lower(), 1, true) then
    tell(message.from .. " in the room", message.text)
  end
end)
