--: plugin.list
for _, plugin in ipairs(plugin.list()) do
  print(plugin.name, plugin.version)
end
