-- /login, /register, /logout: accounts of the room.
local tell = require("tell")
local enter = require("enter")

-- Runs a way in, unless the user is in already.
local function from_outside(way)
  return function(args)
    if chat.room().state ~= "offline" then
      return tell.fail("You are in a room. Use /logout first.")
    end
    way(args.name, args.address)
  end
end

command {
  name = "login",
  args = "[name:word] [address:word]",
  help = "Log in; asks for the password if it has to.",
  asks = true,
  run = from_outside(enter.login),
}

command {
  name = "register",
  args = "[name:word] [address:word]",
  help = "Make an account in this room and log in.",
  asks = true,
  run = from_outside(enter.register),
}

command {
  name = "logout",
  help = "Leave the room; moonroom stays open.",
  run = function()
    local ok, err = client.logout()
    tell.outcome(ok, err, "You left the room. /login takes you back.")
  end,
}
