-- /color: colours by name. They are settings; this is a shorter way to them.
local tell = require("tell")

local function show(name)
  local value, err = settings.get(name)
  if value == nil then
    return tell.fail(err)
  end
  tell.done("%s is %s.", name, value == true and "on" or value == false and "off" or value)
end

-- A name as in "bright blue" or "bold red", a number of the 256, or none.
local function is_colour(value)
  local names = " black red green yellow blue magenta cyan white none on off auto "
  local word = value:gsub("^bold ", ""):gsub("^bright ", "")
  local number = tonumber(word)
  return number and number >= 0 and number <= 255 or names:find(" " .. word .. " ", 1, true)
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
    if not is_colour(value) then
      return tell.fail("There is no colour %s. Try red, bright blue, bold green, or 0 to 255.", value)
    end
    local set, err = settings.set(name, value)
    tell.outcome(set ~= nil, err, "%s is now %s.", name, value)
  end,
}
