-- Information is worse than OK: ranks of levels are 0 critical, 1 warning, 2 waiting, 3 not visible, 4 running, 5 information, 6 ok, 7 done.
update device_status set level = case level when 7 then 5 else level + 1 end where level in (5, 6, 7);
update device_row set level = case level when 7 then 5 else level + 1 end where level in (5, 6, 7);
