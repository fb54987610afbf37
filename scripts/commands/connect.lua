-- /connect: go to another room.
local tell = require("tell")
local enter = require("enter")

-- Leaving takes a moment: what was typed before is still sent.
local function leave()
  client.logout()
  for _ = 1, 30 do
    if chat.room().state == "offline" then
      return
    end
    task.sleep(0.1)
  end
end

-- Where no login is remembered.
local function enter_new_room()
  local known, err = ui.confirm("Do you have an account in this room already?", { more = true })
  if err then
    return tell.fail(err.code == "unsupported" and "No login is remembered for this room." or err)
  end
  local way = known and enter.with_password or enter.register
  way()
end

command {
  name = "connect",
  args = "<address:word>",
  help = "Go to the room at host or host:port.",
  long = "legacy:// in front of the address asks for the old v5 protocol.",
  run = function(args)
    local ok, err = client.connect(args.address)
    if not ok and err.code == "state" then -- a good address, and another room to leave first
      leave()
      ok, err = client.connect(args.address)
    end
    if not ok and err.code == "not_found" then
      enter_new_room()
    elseif not ok then
      tell.fail(err)
    end -- The login tells the rest.
  end,
}
