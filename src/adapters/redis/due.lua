-- What waits in a part. Reads only.
-- KEYS  the part
-- ARGV  names of sorted sets
-- Gives how many conversations' cases the index still has to be told of, and
-- for each set when its first is due, or false, and how many it has.
local found = {call('HLEN', shard .. ':pending')}
for i, set in ipairs(ARGV) do
  local first = firstOf(set) or false
  found[2 * i], found[2 * i + 1] = first, first and call('ZCARD', shard .. set) or 0
end
return found
