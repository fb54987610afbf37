-- The ways into a room, for /login, /register and /connect.
local tell = require("tell")
local ask = require("ask")

local enter = {}

-- What the room or the network answers is shown as it happens. Everything else that kept a login
-- from its beginning is told by whoever asked for it.
local SHOWN = {
  refused = true,
  timeout = true,
  bad_password = true,
  exists = true,
  protocol = true,
  closed = true,
  kicked = true,
}

local function fail(err)
  if not SHOWN[err.code] then
    tell.fail(err)
  end
end

-- Who was here last is offered as the name for the next login; this script may come up later.
local last_name = chat.me()

chat.on("login", function(login)
  last_name = login.name
end)

-- What to remember of a login that worked: what the setting says, or what the user answers.
local function remember()
  local what = settings.get("login.remember")
  while what == "ask" do
    local question = "Remember on this computer: login, name or no?"
    local answer = ui.input(question, { default = "login" })
    if answer == "login" or answer == "name" or answer == "no" or not answer then
      what = answer or "no"
    else
      tell.done("Please type login, name or no.")
    end
  end
  local ok, err = client.remember(what)
  if not ok then
    tell.fail(err)
  end
end

-- Shows the terms to who has not accepted them yet. Whether they are accepted.
local function accept_terms()
  if settings.get("terms.accepted") then
    return true
  end
  ui.print(client.terms(), { style = "plain" })
  local yes, err = ui.confirm("Do you accept these terms?", { more = true })
  if not yes then
    return tell.fail(err or "Without accepting the terms there is no account; nothing was sent.")
  end
  settings.set("terms.accepted", true)
  return true
end

-- Asks for the password, and for the name when there is none. The room tells that it worked.
function enter.with_password(name, address)
  local err, password, ok
  if not name then
    name, err = ui.input("Name:", { default = last_name, more = true })
  end
  if name then
    password, err = ui.input("Password of " .. name .. ":", { secret = true })
  end
  if password then
    ok, err = client.login(name, password, address)
  end
  if not ok then
    return fail(err)
  end
  remember()
end

-- With the remembered login, or by asking.
function enter.login(name, address)
  local ok, err = client.login(name, nil, address)
  if not ok and err.code == "not_found" then
    return enter.with_password(name, address)
  elseif not ok then
    fail(err)
  end
end

function enter.register(name, address)
  local err
  if not accept_terms() then
    return
  end
  if not name then
    name, err = ui.input("Name:", { more = true })
  end
  if not name then
    return tell.fail(err)
  end
  local password = ask.new_password("Password, at least 8 characters:")
  if not password then
    return
  end
  local ok
  ok, err = client.register(name, password, address)
  if not ok then
    return fail(err)
  end
  remember()
end

return enter
