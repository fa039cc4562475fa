-- Snaps, flatpaks and images of containers are components now: what was kept as none is worked out anew, and every device is looked at again.
delete from item_component where component = 0;
update rule_round set after_device = 0, again = 0;
