-- Hides what some people say. /ignore bob makes a rule of it, /unignore bob takes that back; /rules shows them.
script {
  name = "ignore",
  version = "1.0.0",
  api = "1.0",
  help = "Hides what some people say and whisper.",
  needs = { "read", "read:whisper" },
  settings = {
    names = { type = "string", default = "", max = 4096, help = "Who is not heard; blanks between the names." },
  },
}

local ignored = {} -- names in small letters; the values only say that they are there

local function read(names)
  ignored = {}
  for name in names:lower():gmatch("%S+") do
    ignored[name] = true
  end
end

read(settings.get("names"))
settings.on_change("names", read)

-- Early, so that no other filter works on what nobody sees. It is required: should this script fail,
-- messages wait for it instead of coming through.
chat.filter("incoming", { priority = -100, required = true }, function(message)
  if message.from and not message.self and ignored[message.from:lower()] then
    return false
  end
end)
