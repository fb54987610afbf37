-- Hides what some people say: /ignore bob, /unignore bob.
script {
  name = "ignore",
  version = "1.0.0",
  api = "1.0",
  help = "Hides what some people say and whisper.",
  needs = { "read", "read:whisper", "store" },
}

-- Names in small letters, each with the spelling that was typed.
local ignored = store.get("names") or {}

-- Early, so that no other filter works on what nobody sees. It is required: should this script fail,
-- messages wait for it instead of coming through.
chat.filter("incoming", { priority = -100, required = true }, function(message)
  if message.from and not message.self and ignored[message.from:lower()] then
    return false
  end
end)

local function list()
  local names = {}
  for _, name in pairs(ignored) do
    names[#names + 1] = name
  end
  table.sort(names)
  ui.print(#names > 0 and "You ignore " .. table.concat(names, ", ") .. "." or "You ignore nobody.")
end

command {
  name = "ignore",
  args = "[name:user]",
  help = "Hide what somebody says; without a name, show who is hidden.",
  run = function(args)
    if not args.name then
      return list()
    end
    ignored[args.name:lower()] = args.name
    store.set("names", ignored)
    ui.print(args.name .. " is ignored from now on. /unignore " .. args.name .. " ends it.")
  end,
}

command {
  name = "unignore",
  args = "<name:user>",
  help = "Show again what somebody says.",
  run = function(args)
    if not ignored[args.name:lower()] then
      return ui.print("You do not ignore " .. args.name .. ".", { style = "error" })
    end
    ignored[args.name:lower()] = nil
    store.set("names", ignored)
    ui.print(args.name .. " can be heard again.")
  end,
}
