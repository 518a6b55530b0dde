-- Store.readMarks. Reads only.
-- KEYS  the desk's part
-- ARGV  prefix
-- Gives name and value of each, by name.
local first, last = '-', '+'
-- No name in UTF-8 has the byte 255.
if ARGV[1] ~= '' then first, last = '[' .. ARGV[1], '[' .. ARGV[1] .. '\255' end
local found = {}
for i, name in ipairs(call('ZRANGEBYLEX', shard .. ':mark-names', first, last)) do
  found[2 * i - 1], found[2 * i] = name, call('HGET', shard .. ':marks', name)
end
return found
