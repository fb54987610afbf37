-- /protocol: what is spoken on the wire, and how safe it is.
local tell = require("tell")

command {
  name = "protocol",
  help = "Show what is on the wire, and how safe that is.",
  run = function()
    local room = chat.room()
    if room.state ~= "online" then
      return tell.fail("You are not in a room. Use /login or /connect first.")
    end
    ui.table {
      { "wire", "Python ChatRoom v5, RSA and AES-128-CTR" },
      { "your key", "RSA, 256 bits, new for each connection" },
      { "the room's key", ("RSA, %d bits"):format(room.peer_key_bits) },
      { "login", "SHA-512 of password and name, sent readable" },
      { "integrity", "none" },
    }
    ui.print(
      "**Not safe against somebody on the line**: a 256-bit key is factored in minutes, who sees "
        .. "the login can repeat it, and text can be changed on its way. Use a password that you "
        .. "use nowhere else, and stay on a network you trust.",
      { style = "plain" }
    )
  end,
}
