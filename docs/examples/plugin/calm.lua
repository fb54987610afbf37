-- luacheck: read globals shout
script {
  name = "calm",
  help = "Comforts those who shout; works with the native plugin shout.",
  needs = { "whisper" },
}

chat.on("shout.heard", function(event)
  chat.whisper(event.from, "I can hear you, even without capitals.")
end)

command {
  name = "shouts",
  help = "Tell how often somebody shouted.",
  run = function()
    print(shout.count() .. " times")
  end,
}
