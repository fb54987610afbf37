-- /plugins: the native plugins that are loaded, and what they add.
local tell = require("tell")

command {
  name = "plugins",
  help = "List native plugins and what they add.",
  run = function()
    local rows = {}
    for _, found in ipairs(plugin.list()) do
      local adds = {}
      for _, kind in ipairs { "methods", "events", "filters" } do
        if #found[kind] > 0 then
          adds[#adds + 1] = kind .. " " .. table.concat(found[kind], ", ")
        end
      end
      rows[#rows + 1] = { found.name, found.version, table.concat(adds, "; ") }
    end
    if #rows == 0 then
      return tell.done("No native plugins are loaded. docs/plugins.md says how to write one.")
    end
    ui.table(rows, { "plugin", "version", "adds" })
  end,
}
