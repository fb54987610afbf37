-- refused: modules outside of the folders for modules
chat.on("block", function()
  local names = {
    "../x", "/etc/passwd", "..", ".", "a/../../b", "a//b", "", "a b", "a.lua\0", "./a", "~/a", "a\\b",
    ("a/"):rep(200) .. "b", "%2e%2e/x", "file:///etc/passwd", "\u{2025}/x", "lib/../../../../etc/passwd",
  }
  for _, name in ipairs(names) do
    if pcall(require, name) then
      print("ESCAPED by " .. name)
    end
  end
  print("tried everything")
end)
