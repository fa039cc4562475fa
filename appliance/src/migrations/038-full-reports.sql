-- When a client last delivered a report of everything. Agents of the JSON dialect send the rest as changes to the last one that they
-- sent, whether it was kept or not. What was let in before this is taken to have delivered one.
alter table device_door add column full_at integer;
update device_door set full_at = last_seen_at where door = 'glpi' and state = 'approved';
