-- /set: every setting there is.
local tell = require("tell")
local color = require("color")

-- A value as it is typed.
local function typed(value)
  if type(value) == "boolean" then
    return value and "on" or "off"
  end
  return tostring(value)
end

local function find(name)
  for _, setting in ipairs(settings.list()) do
    if setting.name == name then
      return setting
    end
  end
end

local function show_all()
  local rows = {}
  for i, setting in ipairs(settings.list()) do
    rows[i] = { setting.name, typed(setting.value), setting.help }
  end
  ui.table(rows)
end

command {
  name = "set",
  args = "[name:setting] [value:value]",
  help = "Show all settings, one of them, or change it.",
  run = function(args)
    if not args.name then
      return show_all()
    end
    local setting = find(args.name)
    if not setting then
      return tell.fail("There is no setting %s; /set lists them.", args.name)
    end
    if args.value and not color.fits(args.name, args.value) then
      return color.refuse(args.value)
    elseif args.value then
      local value, err = settings.set(args.name, args.value)
      return tell.outcome(value ~= nil, err, "%s is now %s.", args.name, typed(value))
    end
    local value, default = typed(setting.value), typed(setting.default)
    tell.done("%s is %s (%s usually). %s", args.name, value, default, setting.help)
  end,
}
