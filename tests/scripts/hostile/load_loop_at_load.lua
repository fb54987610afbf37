-- timeout: never comes to its end while it is loaded
script {}
while true do
end
