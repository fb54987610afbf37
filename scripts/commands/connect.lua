-- /connect: go to another room.
local tell = require("tell")

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

command {
  name = "connect",
  args = "<address:word>",
  help = "Go to a room: host, host:port, or with legacy:// in front.",
  run = function(args)
    if chat.room().state ~= "offline" then
      leave()
    end
    local ok, err = client.connect(args.address)
    if not ok then
      tell.fail(err)
    end -- The login tells the rest.
  end,
}
