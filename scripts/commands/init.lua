-- All commands of the prompt, one feature a file. To change one, copy its file to the folder
-- scripts/commands of your configuration and edit the copy; it takes the place of the shipped one.
script {
  name = "commands",
  version = "1.0.0",
  api = "1.0",
  help = "The commands of the prompt.",
  needs = {
    "send", "whisper", "read:whisper", "raw", "account", "shop", "admin", "mine", "client", "bind", "fs:data",
  },
}

-- talking
require("whisper")
require("chats")
require("say")
require("me")
require("note")
require("active")
require("search")
require("history")
require("clear")

-- coins and mining
require("mine")
require("leaderboard")
require("shop")
require("wallet")

-- the room and the account
require("connect")
require("login")
require("password")
require("delete-account")
require("kick")
require("ping")
require("ipinfo")
require("protocol")
require("terms")
require("raw")

-- moonroom itself
require("help")
require("set")
require("color")
require("notify")
require("log")
require("record")
require("plugins")
require("rules")
