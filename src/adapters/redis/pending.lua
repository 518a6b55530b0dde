-- The cases that the index has not been told of. Reads only.
-- KEYS  the part
-- ARGV  how many conversations at most
-- Gives for each: conversation, revision, and a list of its cases.
local found = {}
local all = call('HRANDFIELD', shard .. ':pending', ARGV[1], 'WITHVALUES')
for i = 1, #all, 2 do
  local n = #found
  found[n + 1], found[n + 2] = all[i], all[i + 1]
  found[n + 3] = call('HVALS', shard .. ':k:' .. all[i])
end
return found
