-- What a client that waits says of its hardware: JSON of hostname, serial and macs. Gone when it waits no more.
alter table device_source add column claim text;
