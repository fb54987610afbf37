-- refused: looks for every way to end the process, or to leave it
local function try(what, f, ...)
  if type(f) == "function" and pcall(f, ...) then
    print("ESCAPED by " .. what)
  end
end
chat.on("block", function()
  try("os.exit", os.exit, 0)
  try("os.execute", os.execute, "true")
  try("io.open", (io or {}).open, "/etc/passwd")
  try("io.popen", (io or {}).popen, "true")
  try("os.remove", os.remove, "/tmp/x")
  try("os.rename", os.rename, "/tmp/x", "/tmp/y")
  try("os.tmpname", os.tmpname)
  try("os.getenv", os.getenv, "HOME")
  try("os.setlocale", os.setlocale, "C")
  try("package.loadlib", (package or {}).loadlib, "libc.so.6", "*") -- luacheck: ignore
  try("dofile", dofile, "/etc/passwd") -- luacheck: ignore
  try("loadfile", loadfile, "/etc/passwd") -- luacheck: ignore
  print("tried everything")
end)
