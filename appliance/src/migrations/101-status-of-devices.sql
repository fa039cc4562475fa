-- How many of the updates that a device needs are security updates, as of the last look at it.
alter table update_need_of add column security integer not null default 0;
-- Every device is looked at again.
update update_need_state set version = 0;
-- A device that rules have not looked at waits, or is only known of; it was OK.
update device_row set level = case state when 'managed' then 2 else 7 end
where state in ('managed', 'discovered') and device not in (select device from device_status);
