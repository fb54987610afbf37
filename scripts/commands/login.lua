-- /login, /register, /logout: accounts of the room.
local tell = require("tell")
local ask = require("ask")

-- What to remember of a login that worked: what the setting says, or what the user answers.
local function remember()
  local what = settings.get("login.remember")
  while what == "ask" do
    local question = "Remember on this computer: login, name or no?"
    local answer = ui.input(question, { default = "login" })
    if answer == "login" or answer == "name" or answer == "no" or not answer then
      what = answer or "no"
    end
  end
  local ok, err = client.remember(what)
  if not ok then
    tell.fail(err)
  end
end

-- Logging in twice does not work; says so.
local function is_inside()
  if chat.room().state ~= "offline" then
    tell.fail("You are in a room. Use /logout first.")
    return true
  end
end

local function name_or_ask(name)
  if name then
    return name
  end
  return ui.input("Name:")
end

command {
  name = "login",
  args = "[name:word] [address:word]",
  help = "Log in; asks for the password if it has to.",
  run = function(args)
    if is_inside() then
      return
    end
    local ok, err = client.login(args.name, nil, args.address)
    if not ok and err.code == "not_found" then
      local name, password
      name, err = name_or_ask(args.name)
      if not name then
        return tell.fail(err)
      end
      password, err = ui.input("Password of " .. name .. ":", { secret = true })
      if not password then
        return tell.fail(err)
      end
      ok, err = client.login(name, password, args.address)
      if ok then
        remember()
      end
    end
    if not ok then
      tell.fail(err)
    end
  end,
}

command {
  name = "register",
  args = "[name:word] [address:word]",
  help = "Make an account in this room and log in.",
  run = function(args)
    if is_inside() then
      return
    end
    if not settings.get("terms.accepted") then
      ui.print(client.terms())
      if not ui.confirm("Do you accept these terms?") then
        return tell.fail("Without accepting the terms there is no account; nothing was sent.")
      end
      settings.set("terms.accepted", true)
    end
    local name, err = name_or_ask(args.name)
    if not name then
      return tell.fail(err)
    end
    local password = ask.new_password("Password, at least 8 characters:")
    if not password then
      return
    end
    local ok
    ok, err = client.register(name, password, args.address)
    if not ok then
      return tell.fail(err)
    end
    remember()
  end,
}

command {
  name = "logout",
  help = "Leave the room; moonroom stays open.",
  run = function()
    local ok, err = client.logout()
    tell.outcome(ok, err, "You left the room. /login takes you back.")
  end,
}
