-- /help: every command there is, from the table that parses them.
local tell = require("tell")

local WIDTH = 27 -- columns for names and arguments

-- Which command stands where; one that is in no group is listed under the script that brought it.
local groups = {
  { "Talking", "w query close chats say me note active search history clear" },
  { "Coins", "balance pay cost buy leaderboard mine" },
  { "The room", "connect login logout ping ipinfo protocol raw kick" },
  { "Your account", "register password delete-account terms" },
  { "Rules", "on every alias bind ignore unignore highlight unhighlight rules" },
  { "moonroom", "help set color notify log record plugins script quit" },
}

local function by_name()
  local found = {}
  for _, entry in ipairs(command.list()) do
    found[entry.name] = entry
    for _, alias in ipairs(entry.aliases or {}) do
      found[alias] = found[alias] or entry
    end
  end
  return found
end

local function show_one(entry)
  ui.print(entry.usage, { style = "title" })
  ui.print(entry.help)
  if entry.details then
    ui.print(entry.details)
  end
  if entry.aliases and #entry.aliases > 0 then
    ui.print("Also: /" .. table.concat(entry.aliases, ", /"))
  end
end

-- "/name <user> <text>", or "/name ..." when that is too long for the list.
local function short(entry)
  return #entry.usage <= WIDTH and entry.usage or ("/%s ..."):format(entry.name)
end

local function show_group(title, entries)
  if #entries == 0 then
    return
  end
  local lines = {}
  for i, entry in ipairs(entries) do
    lines[i] = ("  %s%s  %s"):format(short(entry), (" "):rep(WIDTH - #short(entry)), entry.help)
  end
  ui.print(title, { style = "title" })
  ui.print(table.concat(lines, "\n"))
end

local function show_all()
  local found, shown = by_name(), {}
  for _, group in ipairs(groups) do
    local entries = {}
    for name in group[2]:gmatch("%S+") do
      if found[name] then
        entries[#entries + 1] = found[name]
        shown[name] = true
      end
    end
    show_group(group[1], entries)
  end
  local others, owners = {}, {}
  for _, entry in ipairs(command.list()) do
    if not shown[entry.name] then
      if not others[entry.owner] then
        others[entry.owner] = {}
        owners[#owners + 1] = entry.owner
      end
      table.insert(others[entry.owner], entry)
    end
  end
  for _, owner in ipairs(owners) do
    show_group("From " .. owner, others[owner])
  end
  tell.done("/help NAME tells more of one; Tab completes commands, names and arguments.")
end

command {
  name = "help",
  args = "[command:command]",
  help = "List all commands, or explain one.",
  run = function(args)
    if not args.command then
      return show_all()
    end
    local name = args.command:gsub("^/", "")
    local entry = by_name()[name]
    if not entry then
      return tell.fail("There is no command /%s; /help lists them all.", name)
    end
    show_one(entry)
  end,
}
