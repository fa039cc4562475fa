-- What an edition that is paid for alone fixes: a version without a fix for everybody. Lists ask for these alone.
create index match_paid on match (component, adv, state) where until is null and fixed is not null and state in (1, 3);
-- Records of such editions were not compared before: where a system has one everything is matched anew, and every device is looked
-- at again.
update exchange_state set matched = 0 where exists (select 1 from component where eco glob 'Ubuntu:*:LTS');
update rule_round set after_device = 0, again = 0;
