-- What waits in a part. Reads only.
-- KEYS  the part
-- ARGV  names of sorted sets
-- Gives how many conversations' cases the index still has to be told of, and
-- for each set when its first is due, or false.
local found = {call('HLEN', shard .. ':pending')}
for i, set in ipairs(ARGV) do found[i + 1] = firstOf(set) or false end
return found
