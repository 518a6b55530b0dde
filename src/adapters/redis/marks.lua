-- Store.writeMarks. A repeat changes nothing.
-- KEYS  the desk's part
-- ARGV  for each: name, keep or forget, value
-- Gives nothing.
for _ = 1, #ARGV / 3 do
  local name, what, value = take(), take(), take()
  if what == 'forget' then
    call('HDEL', shard .. ':marks', name)
    call('ZREM', shard .. ':mark-names', name)
  elseif call('HSET', shard .. ':marks', name, value) == 1 then
    call('ZADD', shard .. ':mark-names', 0, name)
  end
end
