-- running: a setting whose change changes it again
script { settings = { n = { type = "int", default = 0, min = 0, max = 1000000, help = "Counts." } } }
settings.on_change("n", function()
  settings.set("n", settings.get("n") + 1)
end)
chat.on("block", function()
  settings.set("n", 1)
end)
