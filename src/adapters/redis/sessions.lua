-- The console's sessions, each in a hash as `opened-at seen-at rest`. A repeat
-- changes nothing.
-- KEYS  the desk's part
-- ARGV  open, hash, what is kept, the hash it takes the place of ('' for none);
--       touch, hash, seen at; or forget, opened before, seen before
-- Gives nothing.
local sessions = shard .. ':sessions'
local what, hash = ARGV[1], ARGV[2]
local function split(stored)
  return string.match(stored, '^(%d+) (%d+) (.*)$')
end
if what == 'open' then
  if ARGV[4] ~= '' then call('HDEL', sessions, ARGV[4]) end
  call('HSET', sessions, hash, ARGV[3])
elseif what == 'touch' then
  local stored = call('HGET', sessions, hash)
  if not stored then return end
  local opened, seen, rest = split(stored)
  if tonumber(seen) < tonumber(ARGV[3]) then
    call('HSET', sessions, hash, opened .. ' ' .. ARGV[3] .. ' ' .. rest)
  end
else
  local all = call('HGETALL', sessions)
  for i = 1, #all, 2 do
    local opened, seen = split(all[i + 1])
    if tonumber(opened) < tonumber(ARGV[2]) or tonumber(seen) < tonumber(ARGV[3]) then
      call('HDEL', sessions, all[i])
    end
  end
end
