script { needs = { "fs:data" } }

--: fs.write
fs.write("greeting.txt", "hello")

--: fs.append
fs.write("log.csv", "name,text\n")
fs.append("log.csv", "bob,hi\n")
print(#fs.read("log.csv")) --> 17

--: fs.read
fs.write("read.txt", "some text")
local text, err = fs.read("nothing.txt")
print(text or err.code, fs.read("read.txt")) --> not_found some text

--: fs.list
for _, file in ipairs(fs.list()) do
  print(file.name, file.size)
end

--: fs.remove
fs.write("old.txt", "x")
print(fs.remove("old.txt")) --> true
