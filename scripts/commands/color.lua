-- /color: colours by name. They are settings; this is a shorter way to them.
local tell = require("tell")

local function show(name)
  local value, err = settings.get(name)
  if value == nil then
    return tell.fail(err)
  end
  tell.done("%s is %s.", name, value == true and "on" or value == false and "off" or value)
end

local WORDS = " black red green yellow blue magenta cyan white none bold underline bright "

-- Whether the setting may have this value. A colour is a name, as in "bright blue" or "bold red", a
-- number of the 256, or none; what else begins with color is switched on and off.
local function fits(name, value)
  if not name:match("^color%.") or name == "color.names" then
    return true
  end
  for word in value:gmatch("%S+") do
    local number = math.tointeger(tonumber(word))
    local is_number = number and number >= 0 and number <= 255
    if not is_number and not WORDS:find(" " .. word .. " ", 1, true) then
      return false
    end
  end
  return true
end

local function refuse(value)
  tell.fail("There is no colour %s. Try red, bright blue, bold green, or 0 to 255.", value)
end

command {
  name = "color",
  args = "[what:on|off|auto|whisper|error|self|highlight|server|names] [colour:text]",
  help = "Choose colours, or turn them on or off.",
  long = "For example /color whisper blue. /color alone shows them all.",
  run = function(args)
    local what = args.what
    if not what then
      for _, setting in ipairs(settings.list()) do
        if setting.name:match("^color") then
          show(setting.name)
        end
      end
      return
    end
    local name, value = "color." .. what, args.colour
    if what == "on" or what == "off" or what == "auto" then
      name, value = "color", what
    end
    if not value then
      return show(name)
    end
    if not fits(name, value) then
      return refuse(value)
    end
    local set, err = settings.set(name, value)
    tell.outcome(set ~= nil, err, "%s is now %s.", name, value)
  end,
}

return { fits = fits, refuse = refuse }
