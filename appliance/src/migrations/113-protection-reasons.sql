-- What security products say is a reason of the status now: every device is looked at again.
update rule_round set after_device = 0, again = 0 where one = 1;
