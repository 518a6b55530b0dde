-- Appends rows of the audit log where the log is as long as expected. A repeat
-- of rows that are there already is no fault.
-- KEYS  the desk's part
-- ARGV  expected length, rows
-- Gives {'', 0} or, where others have appended, {the last row, how many rows}.
local audit, expected = shard .. ':audit', tonumber(ARGV[1])
local length = call('LLEN', audit)
if length == expected then
  for i = 2, #ARGV do call('RPUSH', audit, ARGV[i]) end
  return {'', 0}
end
if call('LINDEX', audit, expected) == ARGV[2] then return {'', 0} end
return {call('LINDEX', audit, -1) or '', length}
