-- Brings the index of all cases up to date with some of them; what it knows
-- newer already is left alone, so neither their order nor a repeat matters.
-- KEYS  the desk's part
-- ARGV  for each case: number, conversation, its revision, stage, owner ('' for
--       nobody), language, topic, place in the queue, place by opening, place
--       by decision ('' for none), words to search in; none has a line break
-- Gives nothing.
for _ = 1, #ARGV / 11 do
  local number, conversation, revision, stage, owner = take(), take(), takeNumber(), take(), take()
  local language, topic, queue, opened, decided, words = take(), take(), take(), take(), take(), take()
  local row = call('HGET', shard .. ':cases', number)
  local old = {}
  if row then for line in string.gmatch(row, '([^\n]*)\n?') do old[#old + 1] = line end end
  if not row or tonumber(old[2]) < revision then
    if row then
      call('ZREM', shard .. ':stage:' .. old[3], old[7])
      if old[4] ~= '' then call('ZREM', shard .. ':owner:' .. old[4], old[7]) end
      call('ZREM', shard .. ':opened', old[8])
      if old[9] ~= '' then call('ZREM', shard .. ':decided', old[9]) end
    end
    call('ZADD', shard .. ':stage:' .. stage, 0, queue)
    if owner ~= '' then call('ZADD', shard .. ':owner:' .. owner, 0, queue) end
    call('ZADD', shard .. ':opened', 0, opened)
    if decided ~= '' then call('ZADD', shard .. ':decided', 0, decided) end
    call('HSET', shard .. ':cases', number, table.concat(
      {conversation, revision, stage, owner, language, topic, queue, opened, decided, words}, '\n'))
  end
end
