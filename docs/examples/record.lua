script { needs = { "client" } }

--: record.start
print(record.start("friday") and "recording") --> recording

--: record.stop
record.start("monday")
print(record.stop().lines) --> 0
